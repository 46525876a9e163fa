"""The use cases of payments, apart from paying itself, which is the teller's."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from msgspec import Struct

from openhall.base import clock, db, ids
from openhall.base.errors import Problem
from openhall.core import families
from openhall.core.payments import codes, problems
from openhall.core.payments.desks import ONLY_OWNERS, Desks, Hurdle
from openhall.core.payments.types import NewOrder, Payee, PayeeSource, Payment, Totals

q = db.load("openhall.core.payments")

# Above every id there is: the first page begins here.
NEWEST = UUID(int=2**128 - 1)


async def resolve_all(conn: db.ReadConn, sources: Sequence[PayeeSource], texts: Sequence[str]) -> list[Payee | Problem]:
    """Who each code names, aligned: asked of every source in turn, until one knows it."""
    found: list[Payee | Problem | None] = [_refused_early(text) for text in texts]
    for source in sources:
        open_ = [index for index, answer in enumerate(found) if answer is None]
        if not open_:
            break
        for index, answer in zip(open_, await source(conn, [texts[index] for index in open_]), strict=True):
            found[index] = answer
    return [answer if answer is not None else problems.unregistered() for answer in found]


def _refused_early(text: str) -> Problem | None:
    """What the text itself already tells: it is damaged, belongs to another network, is shown by a payer, or names an
    order, which `orders` finds."""
    try:
        read = codes.read(text)
    except codes.CodeError as wrong:
        return problems.code_of_payer() if codes.pay.is_ours(text) else problems.unreadable(wrong)
    if isinstance(read, codes.Network):
        return problems.code_of_payer() if codes.pay.is_ours(text) else problems.foreign(read)
    return problems.code_of_order() if isinstance(read, codes.OrderCode) else None


async def resolve(conn: db.ReadConn, sources: Sequence[PayeeSource], text: str) -> Payee:
    """Who the code names; a Problem when nobody here can be paid by it."""
    (answer,) = await resolve_all(conn, sources, [text])
    if isinstance(answer, Problem):
        raise answer
    return answer


async def create_order(conn: db.Conn, new: NewOrder) -> UUID:
    """An open order, to be paid once by its id."""
    order = ids.new()
    payee = new.payee
    await db.run(
        conn,
        q.insert_order,
        id=order,
        payee_kind=payee.kind,
        payee=payee.id,
        payee_name=payee.name,
        account=payee.account,
        owner=payee.owner,
        stream=payee.stream,
        amount=new.amount,
        currency=new.currency,
        now=clock.now(),
        expires_at=new.expires_at,
        reference=new.reference,
        taken_by=new.taken_by,
    )
    return order


class _Owned(Payment, frozen=True):
    owner: UUID | None


async def payment(
    conn: db.ReadConn,
    *,
    id: UUID,  # noqa: A002  read as payments.payment
    resident: UUID,
    desks: Desks = ONLY_OWNERS,
) -> Payment:
    """A payment that the resident made, also on somebody's behalf, or that a payee received for which they act; Problem
    `payments.payment_not_found` for anybody else.
    """
    found = await db.maybe(conn, q.payment, _Owned, id=id)
    if found is None:
        raise problems.payment_not_found()
    if found.payer == resident or await desks.sees(conn, found, found.owner, resident):
        return found
    if await families.act_seen_by(conn, thing=id, resident=resident) is None:
        raise problems.payment_not_found()
    return found


async def hurdle(
    conn: db.ReadConn, *, payment: Payment, resident: UUID, desks: Desks, amount: int = 1
) -> Hurdle | None:
    """What keeps somebody on the payee's side from giving `amount` of the payment back, if something does; asked with
    one fen: from giving anything back."""
    if payment.payer == resident:
        return Hurdle(problems.refund_not_yours())
    owner = (await db.one(conn, q.payment, _Owned, id=payment.id)).owner
    return await desks.hurdle(conn, payment, owner, resident, amount)


async def refund_most(conn: db.ReadConn, *, payment: Payment, resident: UUID, desks: Desks) -> int | None:
    """What somebody on the payee's side may give back in all at this moment, in minor units; None where only the
    payment bounds it."""
    owner = (await db.one(conn, q.payment, _Owned, id=payment.id)).owner
    return await desks.most(conn, payment, owner, resident)


async def recent(conn: db.ReadConn, *, payer: UUID, limit: int) -> list[Payment]:
    """The newest payments of a payer."""
    return await db.all(conn, q.recent_of_payer, Payment, payer=payer, limit=limit)


class _Named(Struct, frozen=True):
    id: UUID
    name: str


async def payee_names(conn: db.ReadConn, payments: Sequence[UUID]) -> dict[UUID, str]:
    """Whom each of these payments went to, by its registered name at that time."""
    found = await db.all(conn, q.payee_names, _Named, ids=list(payments))
    return {named.id: named.name for named in found}


async def payments_to(
    conn: db.ReadConn, *, payee: UUID, business_date: date, before: UUID | None = None, limit: int
) -> list[Payment]:
    """Payments to a payee on one business date, newest first; `before` is the last id of the page above."""
    return await db.all(
        conn, q.payments_to, Payment, payee=payee, business_date=business_date, before=before or NEWEST, limit=limit
    )


async def totals_to(conn: db.ReadConn, *, payee: UUID, business_date: date) -> Totals:
    """How often and how much a payee was paid on one business date."""
    return await db.one(conn, q.totals_to, Totals, payee=payee, business_date=business_date)
