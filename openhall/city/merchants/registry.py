"""Who is behind a code: the registry, asked by whoever pays. And whose a shop's stream is."""

from collections.abc import Sequence
from uuid import UUID

from openhall.base import db
from openhall.base.errors import Problem
from openhall.base.i18n import N_
from openhall.base.package import Owned, StreamSource, Told
from openhall.city.merchants import categories, problems
from openhall.city.merchants.types import CodeState, OwnedShop, Registered, Shop, State
from openhall.core.payments import Payee
from openhall.core.payments.codes import CodeError, ShopCode, read

q = db.load("openhall.city.merchants")


# Told on a shop's stream, with `what`: "name", "code" or "market".
CHANGED = "shop.changed"


async def payees(conn: db.ReadConn, codes: Sequence[str]) -> list[Payee | Problem | None]:
    """The shops behind scanned or typed texts, aligned: the PayeeSource of this package, one statement for all."""
    wanted = [row for ord_, text in enumerate(codes) if (row := _wanted(ord_, text))]
    found = await db.all(conn, q.resolve, Registered, rows=db.rows(wanted))
    by_ord = {registered.ord: _answer(registered) for registered in found}
    return [by_ord.get(ord_) for ord_ in range(len(codes))]


def _wanted(ord_: int, text: str) -> dict[str, int | str] | None:
    try:
        found = read(text)
    except CodeError:
        return None
    if isinstance(found, ShopCode):
        return {"ord": ord_, "id": found.code}
    return {"ord": ord_, "short_code": found} if isinstance(found, str) else None


def _answer(registered: Registered) -> Payee | Problem:
    if registered.state is State.CLOSED:
        return problems.shop_closed(shop=str(registered.shop))
    if registered.code_state is CodeState.REVOKED:
        return problems.code_revoked(shop=str(registered.shop))
    return Payee(
        kind="shop",
        id=registered.shop,
        name=registered.name,
        account=registered.account,
        owner=registered.owner,
        stream=stream_of(registered.shop),
        district=registered.city,
        category=categories.title(registered.category),
        printed_max=categories.printed_max(registered.category),
    )


def payee_of(shop: Shop) -> Payee:
    """A shop as whoever pays it is told of it."""
    return Payee(
        kind="shop",
        id=shop.id,
        name=shop.name,
        account=shop.account,
        owner=shop.owner,
        stream=stream_of(shop.id),
        district=shop.city,
        category=categories.title(shop.category),
    )


def stream_of(shop: UUID) -> str:
    """The name of the stream on which a shop's till learns of its payments."""
    return f"shop:{shop}"


async def _owned(conn: db.ReadConn, owners: Sequence[UUID]) -> list[Owned]:
    found = await db.all(conn, q.shops_of_owners, OwnedShop, owners=db.ids(owners))
    return [Owned(shop.owner, stream_of(shop.shop)) for shop in found]


# What happens at a shop, for programs of its owner. Whatever else is told on a shop's stream is added here.
streams = StreamSource(
    find=_owned,
    tells=(
        Told("payment.succeeded", N_("A payment was received")),
        Told(CHANGED, N_("Something was changed at a shop: its name, its printed code, or its market")),
        Told("payment.refunded", N_("Money was given back")),
        Told("charge.refused", N_("A payer refused a charge")),
    ),
)
