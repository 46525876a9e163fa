"""Batches: what was asked for until a date goes into one file, whose bytes are written once and for all."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from msgspec import Struct

from openhall.base import clock, db, events, ids
from openhall.core import ledger
from openhall.core.payouts import problems, rules
from openhall.core.payouts.actions import breaks
from openhall.core.payouts.actions.accounts import RAIL, lock_rail
from openhall.core.payouts.telling import stream_of
from openhall.core.payouts.types import Batch, BreakKind, Payout, Rail, ToPay, ToSend
from openhall.core.rails import iso20022

q = db.load("openhall.core.payouts")


class _Share(Struct, frozen=True):
    """What one owner has in a batch."""

    owner: UUID
    count: int
    total: int
    settled: int
    given_back: int


async def close(conn: db.Conn, rail: Rail, *, day: date) -> UUID | None:
    """Make a batch of what was asked for until the business date `day`; None when there is nothing.

    The number of the batch, its sums and its bytes are settled here, in the transaction that puts the payouts in.
    """
    if await lock_rail(conn) is None:
        return None  # nobody ever withdrew anything
    # Two statements: the second sees the freezes for which the first waited.
    await db.all(conn, q.hold_owners, UUID, rail=RAIL)
    payouts = await db.all(conn, q.to_batch, ToPay, rail=RAIL, day=day, limit=rules.MOST_PAYOUTS)
    if not payouts:
        return None
    try:
        return await _make(conn, rail, day, payouts)
    except iso20022.NotWritable:
        writable = await _leave_out(conn, rail, payouts)
        if len(writable) == len(payouts):
            raise  # it is the hall itself that cannot be written
    return await _make(conn, rail, day, writable) if writable else None


async def _make(conn: db.Conn, rail: Rail, day: date, payouts: list[ToPay]) -> UUID:
    """A batch of these payouts. NotWritable comes before anything is changed."""
    number = await db.one(conn, q.next_number, int, rail=RAIL, day=day)
    now = clock.now()
    message, execution_date = rules.message_id(rail.hall_id, day, number), ledger.business_date(now)
    file = rules.written(rail, message=message, made_at=now, execution_date=execution_date, payouts=payouts)
    content = iso20022.write_payouts(file)
    batch = ids.new()
    await db.run(
        conn,
        q.add_batch,
        id=batch,
        rail=RAIL,
        business_date=day,
        number=number,
        execution_date=execution_date,
        message_id=message,
        count=len(payouts),
        total=file.total,
        currency=rail.currency,
        content=content,
        now=now,
    )
    await db.run(conn, q.put_into_batch, batch=batch, ids=db.ids([payout.id for payout in payouts]))
    return batch


async def _leave_out(conn: db.Conn, rail: Rail, payouts: list[ToPay]) -> list[ToPay]:
    """Those that can be written. The others get a break each, and go into no batch while it is open."""
    left = {payout.id for payout in payouts if rules.unwritable_payout(rail, payout)}
    for payout in payouts:
        if payout.id in left:
            await breaks.open_break(
                conn, kind=BreakKind.UNWRITABLE, payout=payout.id, line=None, ours=payout.amount, theirs=None
            )
    return [payout for payout in payouts if payout.id not in left]


async def to_send(conn: db.ReadConn) -> ToSend | None:
    """The oldest batch whose file may not lie in the folder yet."""
    return await db.maybe(conn, q.to_send, ToSend, rail=RAIL)


async def sent(conn: db.Conn, batch: UUID) -> None:
    """The file of a batch lies in the folder. Saying it twice is saying it once."""
    await lock_rail(conn)
    if not await db.run(conn, q.batch_sent, id=batch, now=clock.now()):
        return
    await db.run(conn, q.payouts_sent, batch=batch)
    told = await _shares(conn, [batch], "settlement.sent")
    # The bank may have answered before we had noted that we asked.
    await events.publish(conn, told + await finish(conn, [batch]))


async def finish(conn: db.Conn, batches_: Sequence[UUID]) -> list[events.Fact]:
    """Close the batches of which nothing is under way any more; what is to be told of that."""
    done = await db.all(conn, q.finish_batches, UUID, ids=db.ids(batches_), now=clock.now())
    await breaks.batches_ended(conn, done)
    return await _shares(conn, done, "settlement.finished")


async def _shares(conn: db.Conn, batches_: Sequence[UUID], what: str) -> list[events.Fact]:
    """Each owner's own share: nobody learns what others withdraw."""
    facts = []
    for one in batches_:
        about = await find(conn, one)
        facts += [
            events.Fact(
                stream_of(share.owner),
                what,
                {
                    "batch": about.message_id,
                    "business_date": about.business_date.isoformat(),
                    "count": share.count,
                    "amount": share.total,
                    "currency": about.currency,
                    "settled": share.settled,
                    "given_back": share.given_back,
                },
            )
            for share in await db.all(conn, q.shares_of_batch, _Share, batch=one)
        ]
    return facts


async def find(conn: db.ReadConn, batch: UUID) -> Batch:
    """One batch; `payouts.batch_not_found`."""
    found = await db.maybe(conn, q.batch, Batch, id=batch)
    if found is None:
        raise problems.batch_not_found()
    return found


async def newest(conn: db.ReadConn, *, limit: int) -> list[Batch]:
    """The newest batches."""
    return await db.all(conn, q.newest_batches, Batch, limit=limit)


async def payouts_in(conn: db.ReadConn, batch: UUID) -> list[Payout]:
    """What is in a batch."""
    return await db.all(conn, q.payouts_of_batch, Payout, batch=batch)


async def resend(conn: db.Conn, *, batch: UUID, resident: UUID) -> ToSend:
    """Note that an operator sends the file of a batch once more: the same name, the same bytes. It is to be laid into
    the folder after the commit, so that whoever gives money back meanwhile has either prevented it or sees it.

    Refusals: `payouts.batch_not_found`, also for one that the hall is about to send anyway; `payouts.batch_given_back`:
    a bank that lost the file would pay what is in its account again, or what operators know to have arrived.
    """
    # Whoever ends payouts holds the rail.
    await lock_rail(conn)
    found = await db.maybe(conn, q.batch_content, ToSend, id=batch)
    if found is None:
        raise problems.batch_not_found()
    if await has_exits(conn, batch):
        raise problems.batch_given_back()
    await db.run(conn, q.batch_resent, id=batch, resident=resident, now=clock.now())
    return found


async def has_exits(conn: db.ReadConn, batch: UUID) -> bool:
    """Whether the money of any payout in a batch is in its account again, or two operators have ended one: the bank may
    have paid that some other way."""
    return await db.one(conn, q.has_exits, bool, batch=batch)
