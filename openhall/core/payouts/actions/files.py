"""The bank's files: each is decided once, by its bytes and its message id, and used whole or not at all.

What a file does and that it was read are one transaction. Carrying it away comes after, and is repeated until noted:
a file that still lies there with its fate decided is not looked at again.
"""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from openhall.base import clock, db, ids, money
from openhall.core.payouts import problems, rules
from openhall.core.payouts.actions import breaks, hear
from openhall.core.payouts.actions.accounts import RAIL, lock_rail, rail_accounts
from openhall.core.payouts.lines import Booked, sort_out
from openhall.core.payouts.problems import Refused
from openhall.core.payouts.types import (
    Batch,
    BatchState,
    BreakKind,
    File,
    FileKind,
    Found,
    Line,
    Locked,
    Message,
    Rail,
    Report,
    Said,
    Unfiled,
    Word,
)
from openhall.core.rails import iso20022

q = db.load("openhall.core.payouts")

_WORDS = {
    iso20022.Outcome.SETTLED: Word.SETTLED,
    iso20022.Outcome.REJECTED: Word.REJECTED,
    iso20022.Outcome.PENDING: Word.ACCEPTED,
}
_TEXT_MAX = 500


async def decide(conn: db.Conn, rail: Rail, found: Found, message: Message | None, refused: Refused | None) -> None:
    """Use what was read, or note why nothing is used; a file that was read before is refused, and changes nothing."""
    await rail_accounts(conn, currency=rail.currency)
    await lock_rail(conn)
    if message is not None:
        try:
            # A savepoint: what a file began that turns out to be untrue is undone, and the refusal stays.
            async with conn.transaction():
                await _use(conn, rail, found, message)
        except Refused as untrue:
            refused = untrue
    if refused is not None:
        await _note(conn, found, message, refused)


async def _use(conn: db.Conn, rail: Rail, found: Found, message: Message) -> None:
    before = await db.maybe(
        conn, q.seen_before, str, rail=RAIL, sha256=found.sha256, kind=message.kind, message_id=message.message_id
    )
    if before is not None:
        raise Refused(problems.SEEN_BEFORE, detail=before)
    file = await _note(conn, found, message, None)
    if message.status is not None:
        await _status(conn, rail, message.status)
    else:
        await _reports(conn, rail, file, message.kind, message.reports)


async def _note(conn: db.Conn, found: Found, message: Message | None, refused: Refused | None) -> UUID:
    file = ids.new()
    await db.run(
        conn,
        q.add_file,
        id=file,
        rail=RAIL,
        name=found.name,
        sha256=found.sha256,
        size=found.size,
        kind=message.kind if message else None,
        message_id=message.message_id if message else None,
        state="refused" if refused else "read",
        code=refused.code if refused else None,
        path=refused.path[:_TEXT_MAX] if refused else "",
        # It may quote the file, which may hold what the database cannot.
        detail=refused.detail[:_TEXT_MAX].replace("\0", "?") if refused else "",
        at=clock.now(),
    )
    return file


async def _status(conn: db.Conn, rail: Rail, report: iso20022.StatusReport) -> None:
    batch = await db.maybe(conn, q.batch_by_message, Batch, rail=RAIL, message_id=report.original_message_id)
    if batch is None:
        raise Refused(problems.UNKNOWN_MESSAGE, detail=report.original_message_id)
    payouts = await hear.payouts_in_batch(conn, batch.id)
    _compare(report, batch, payouts)
    said, copies = [], []
    for payout in payouts:
        status, reasons = iso20022.status_of(report, rules.end_to_end_id(payout.id))
        if iso20022.is_duplicate(status, reasons):
            copies.append(payout)
        elif status is not None:
            why = reasons[0] if reasons else iso20022.Reason()
            said.append(Said(payout.id, _WORDS[iso20022.outcome(status)], why.code, " ".join(why.information) or None))
    await _second_copies(conn, batch, copies)
    await hear.hear(conn, said, currency=rail.currency)


async def _second_copies(conn: db.Conn, batch: Batch, copies: Sequence[Locked]) -> None:
    """The bank has these already, it says: no word on the money, which the first copy may have moved by now.

    Most often we sent the file twice, and the whole batch is meant: that is one break, and the batch's end explains it.
    """
    if len(copies) == batch.count:
        await breaks.open_break(
            conn, kind=BreakKind.SECOND_COPY, batch=batch.id, payout=None, line=None, ours=batch.total, theirs=None
        )
        if batch.state is BatchState.FINISHED:
            await breaks.batches_ended(conn, [batch.id])
        return
    for payout in copies:
        await breaks.open_break(
            conn, kind=BreakKind.SECOND_COPY, payout=payout.id, line=None, ours=payout.amount, theirs=None
        )


def _compare(report: iso20022.StatusReport, batch: Batch, payouts: Sequence[Locked]) -> None:
    """The report against what we sent: it must be about these payouts and these sums."""
    amounts = {rules.end_to_end_id(payout.id): (payout.amount, payout.currency) for payout in payouts}
    total = money.decimal(batch.total, batch.currency)
    wholes: list[iso20022.StatusReport | iso20022.BatchStatus] = [report, *report.batches]
    for said in wholes:
        if said.number_of_transactions not in (None, batch.count) or said.control_sum not in (None, total):
            raise Refused(iso20022.Refusal.TOTALS_DIFFER, detail=f"{batch.count} payouts of {total} were sent")
    for one in report.batches:
        if one.payment_information_id != batch.message_id:
            raise Refused(problems.UNKNOWN_MESSAGE, detail=one.payment_information_id)
        for transaction in one.transactions:
            sent = amounts.get(transaction.end_to_end_id)
            if sent is None:
                raise Refused(problems.UNKNOWN_PAYOUT, detail=transaction.end_to_end_id)
            if transaction.amount is not None and (transaction.amount, transaction.currency) != sent:
                raise Refused(iso20022.Refusal.TOTALS_DIFFER, detail=transaction.end_to_end_id)


async def _reports(conn: db.Conn, rail: Rail, file: UUID, kind: FileKind, reports: Sequence[Report]) -> None:
    named = db.rows({"year": report.year, "number": report.number} for report in reports)
    seen = await db.all(conn, q.reports_seen, str, kind=kind, account=rail.account, rows=named)
    if seen:
        raise Refused(problems.SEEN_BEFORE, detail=seen[0])
    lines = [line for report in reports for line in report.lines]
    known = set(
        await db.all(conn, q.known_payouts, UUID, rail=RAIL, ids=db.ids({line.payout for line in lines if line.payout}))
    )
    payouts = {payout.id: payout for payout in await db.all(conn, q.lock_payouts, Locked, ids=db.ids(known))}
    before = await db.all(conn, q.booked_before, Booked, ids=db.ids(known))
    await _keep(conn, rail, file, kind, reports, known)
    found = sort_out(lines, payouts, before, kind)
    if kind is FileKind.STATEMENT:
        first = min(report.booked_on for report in reports if report.booked_on is not None)
        await breaks.compare_balances(conn, account=rail.account, first=first)
        await breaks.settle_by_itself(conn, sorted(found.booked), breaks.ARRIVED)
        await breaks.put_right(conn, found.put_right)
        for difference, line in found.differences:
            await _differ(conn, difference, line, payouts.get(line.payout) if line.payout else None)
    # What arrived and came back in one file has to arrive first.
    words = [
        [
            Said(payout, word, code=line.code, line=line.id if kind is FileKind.STATEMENT else None)
            for payout, line in those.items()
        ]
        for word, those in ((Word.SETTLED, found.went), (Word.RETURNED, found.came_back))
    ]
    await hear.hear(conn, *words, currency=rail.currency)


async def _keep(
    conn: db.Conn, rail: Rail, file: UUID, kind: FileKind, reports: Sequence[Report], known: set[UUID]
) -> None:
    """Write down the reports and their lines as the bank told them."""
    rows = [msgspec.structs.asdict(report) | {"id": ids.new()} for report in reports]
    lines = [
        msgspec.structs.asdict(line) | {"report": row["id"], "payout": line.payout if line.payout in known else None}
        for row in rows
        for line in row.pop("lines")
    ]
    await db.run(conn, q.add_reports, file=file, kind=kind, account=rail.account, rows=db.rows(rows))
    await db.run(conn, q.add_lines, rows=db.rows(lines))


async def _differ(conn: db.Conn, kind: BreakKind, line: Line, payout: Locked | None) -> None:
    """Differences are noted from statements alone: a notice is followed by its statement."""
    ours = None
    if payout is not None:
        ours = payout.amount if line.amount > 0 else -payout.amount
    await breaks.open_break(
        conn,
        kind=kind,
        payout=payout.id if payout else None,
        line=line.id,
        ours=ours,
        theirs=line.amount,
        day=line.booked_on,
    )


async def unfiled(conn: db.ReadConn) -> list[Unfiled]:
    """Files whose fate is decided and that may still lie in in/."""
    return await db.all(conn, q.unfiled, Unfiled, rail=RAIL)


async def filed(conn: db.Conn, file: UUID) -> None:
    """The file was carried away."""
    await db.run(conn, q.file_filed, id=file)


async def newest(conn: db.ReadConn, *, limit: int) -> list[File]:
    """The newest files, read and refused."""
    return await db.all(conn, q.newest_files, File, limit=limit)
