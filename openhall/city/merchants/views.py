"""Shops and their books as the API shows them."""

import datetime as dt
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from openhall.city.merchants import categories
from openhall.city.merchants.types import Role, Shop, State
from openhall.core.payments import Payee, Payment, ShownOrder, Totals


class CategoryBody(Struct, frozen=True):
    """A kind of shop: `code` is the MCC, `word` what POST /merchants takes as well, `title` for people."""

    code: str
    word: str
    title: str


class CategoriesBody(Struct, frozen=True):
    """The kinds of shops, in the order in which they are shown."""

    categories: list[CategoryBody]


class ShopBody(Struct, frozen=True):
    """A shop for who works there, in the `role` they have. `code` is the payload of its printed QR, `short_code` the
    nine digits beneath it."""

    id: UUID
    name: str
    category: str
    city: str
    state: State
    code: str
    short_code: str
    opened_at: datetime
    role: Role

    @staticmethod
    def of(shop: Shop, role: Role) -> "ShopBody":
        return ShopBody(
            shop.id, shop.name, shop.category, shop.city, shop.state, shop.code, shop.short_code, shop.opened_at, role
        )


class ShopsBody(Struct, frozen=True):
    """The shops at which a resident works."""

    shops: list[ShopBody]


class MerchantBody(Struct, frozen=True):
    """The business behind shops."""

    id: UUID


class OpenedBody(Struct, frozen=True):
    """A merchant and the shop that was opened."""

    merchant: MerchantBody
    shop: ShopBody

    @staticmethod
    def of(shop: Shop) -> "OpenedBody":
        return OpenedBody(MerchantBody(shop.merchant), ShopBody.of(shop, Role.OWNER))


class ShopName(Struct, frozen=True):
    """A shop as others may know it."""

    id: UUID
    name: str


class DueBody(Struct, frozen=True):
    """An order that a code names: pay it by its `id`. `amount` in minor units; `note` is the shop's."""

    id: UUID
    amount: int
    currency: str
    note: str | None
    expires_at: datetime


class ResolvedBody(Struct, frozen=True):
    """Whom a code pays, from the hall's registry. `shop` is null when it is somebody else than a shop, `order` when the
    payer says how much."""

    kind: str
    id: UUID
    name: str
    district: str
    category: str
    shop: ShopName | None
    order: DueBody | None

    @staticmethod
    def of(payee: Payee, category: str, order: DueBody | None = None) -> "ResolvedBody":
        shop = ShopName(payee.id, payee.name) if payee.kind == "shop" else None
        return ResolvedBody(payee.kind, payee.id, payee.name, payee.district, category, shop, order)

    @staticmethod
    def of_order(order: ShownOrder) -> "ResolvedBody":
        due = DueBody(order.id, order.amount, order.currency, order.note, order.expires_at)
        return ResolvedBody.of(order.to, "", due)


class TakenBody(Struct, frozen=True):
    """A payment as the shop sees it. `amount` in minor units; of the payer only what is masked."""

    id: UUID
    state: Literal["succeeded"]
    amount: int
    currency: str
    shop: ShopName
    order_id: UUID
    receipt_no: str
    at: datetime
    payer_masked: str
    refunded: int

    @staticmethod
    def of(paid: Payment) -> "TakenBody":
        shop = ShopName(paid.payee, paid.payee_name)
        return TakenBody(
            paid.id,
            "succeeded",
            paid.amount,
            paid.currency,
            shop,
            paid.order_id,
            paid.receipt_no,
            paid.at,
            paid.payer_masked,
            paid.refunded,
        )


class BookBody(Struct, frozen=True):
    """One business date of a shop: totals of the whole day, and a page of its payments, newest first. `refunded` is
    what was given back on that day, whenever it had been paid.

    `next_cursor` asks for the page that follows; null on the last one.
    """

    date: dt.date
    currency: str
    count: int
    total: int
    refunded: int
    payments: list[TakenBody]
    next_cursor: UUID | None

    @staticmethod
    def of(day: dt.date, currency: str, totals: Totals, page: list[Payment], more: UUID | None) -> "BookBody":
        taken = [TakenBody.of(paid) for paid in page]
        return BookBody(day, currency, totals.count, totals.total, totals.refunded, taken, more)


def listed(titles: dict[str, str]) -> CategoriesBody:
    """Every category with its title in one language; `titles` translates msgids."""
    return CategoriesBody(
        [CategoryBody(kind.code, kind.word, titles.get(kind.title, kind.title)) for kind in categories.CATEGORIES]
    )
