"""Merchants: residents who are paid, their shops, the printed codes of these, and the till.

Invariants, kept by the database and proved by `openhall check`:
- a resident is at most one merchant, with any number of shops; a shop has one ledger account, which it never shares;
- an open shop has exactly one active printed code; a closed shop has none, and no code is ever given out twice;
- a code only names a shop: what a payer sees and where the money goes comes from the registry, never from the code;
- only who works at a shop sees anything of it, and only what their role allows (`access`).
"""

from openhall.city.merchants.access import Act, shop_for, workplaces_of
from openhall.city.merchants.actions import close_shop, find_shop, open_shop, shops_of
from openhall.city.merchants.registry import payee_of, payees, stream_of
from openhall.city.merchants.rules import checked, clean_name
from openhall.city.merchants.types import Hall, NewShop, Role, Shop, State, Workplace

__all__ = [
    "Act", "Hall", "NewShop", "Role", "Shop", "State", "Workplace", "checked", "clean_name", "close_shop", "find_shop",
    "open_shop", "payee_of", "payees", "shop_for", "shops_of", "stream_of", "workplaces_of",
]  # fmt: skip
