"""Asking for money at a shop. Listing, closing and paying are those of payments."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from openhall.base import db
from openhall.city.merchants import problems, rules
from openhall.city.merchants.registry import payee_of
from openhall.city.merchants.types import Hall, Shop, State
from openhall.core import payments
from openhall.core.payments import ShownOrder, codes

q = db.load("openhall.city.merchants")


class Wish(Struct, frozen=True):
    """What a shop asks of a payer: `amount` in minor units, to be paid within `lives_s` seconds.

    `reference` is the shop's own; `note` is for the payer.
    """

    amount: int
    reference: str | None
    note: str | None
    lives_s: int


async def ask(conn: db.Conn, *, shop: Shop, by: UUID, hall: Hall, most: int, wish: Wish) -> ShownOrder:
    """An order that can be scanned and paid; `by` is who takes it for the shop, `most` the limit of the hall.

    Problems, in this order: `merchants.note_invalid`, `merchants.shop_closed`, `payments.above_hall_limit`,
    `payments.order_reference_taken`.
    """
    note = rules.clean_name(wish.note) if wish.note and wish.note.strip() else None
    if wish.note and wish.note.strip() and note is None:
        raise problems.note_invalid()
    # Whoever closes the shop waits for this order, and closes it then.
    if await db.one(conn, q.hold_shop, State, shop=shop.id) is State.CLOSED:
        raise problems.shop_closed(shop=str(shop.id))
    new = payments.NewOrder(payee_of(shop), wish.amount, hall.currency, reference=wish.reference, taken_by=by)

    def payload(code: str, ends: datetime) -> str:
        place = codes.Place(
            short_code=shop.short_code,
            category=shop.category,
            name=shop.name,
            city=shop.city,
            plain_city=hall.city,
        )
        return codes.order.generate(
            hall=hall.id, code=code, place=place, amount=wish.amount, currency=hall.currency, expires_at=ends
        )

    return await payments.show_order(conn, new, most=most, lives_s=wish.lives_s, note=note, payload=payload)
