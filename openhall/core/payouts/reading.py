"""What a file of the bank says, as values. Pure, and slow for a large file: called in a thread."""

import re
from collections.abc import Iterator

from openhall.base import ids
from openhall.core.payouts import rules
from openhall.core.payouts.types import FileKind, Line, Message, Rail, Report
from openhall.core.rails import iso20022

# Only to choose a reader, which then looks for itself.
_NAMED = re.compile(rb"urn:iso:std:iso:20022:tech:xsd:(pain\.002|camt\.053|camt\.054)\.")
_LOOK_AT = 4096
BOOKED = "BOOK"


def read(content: bytes, rail: Rail) -> Message:
    """The message in a file; FileRefused when anything in it is amiss."""
    named = _NAMED.search(content[:_LOOK_AT])
    match named[1] if named else b"":
        case b"pain.002":
            status = iso20022.read_status_report(content)
            return Message(FileKind.STATUS, status.message_id, status=status)
        case b"camt.054":
            notices = iso20022.read_notifications(content, account=rail.account, currency=rail.currency)
            reports = tuple(
                Report(FileKind.NOTIFICATION, notice.id, (notice.created_at or notices.created_at).year, _lines(notice))
                for notice in notices.notifications
            )
            return Message(FileKind.NOTIFICATION, notices.message_id, reports=reports)
        case _:
            # Whatever else it is, this reader says best why it is refused.
            statements = iso20022.read_statements(content, account=rail.account, currency=rail.currency)
            return Message(
                FileKind.STATEMENT, statements.message_id, reports=tuple(map(_statement, statements.statements))
            )


def _statement(statement: iso20022.Statement) -> Report:
    return Report(
        FileKind.STATEMENT,
        statement.id,
        statement.closing.date.year,
        _lines(statement),
        booked_on=statement.closing.date,
        opening=statement.opening.amount,
        closing=statement.closing.amount,
    )


def _lines(said: iso20022.Notification) -> tuple[Line, ...]:
    """One line for each payment that was booked; for an entry that does not tell its payments, one for all of it."""
    return tuple(line for entry in said.entries if entry.status == BOOKED for line in _of_entry(entry))


def _of_entry(entry: iso20022.Entry) -> Iterator[Line]:
    told = [detail for detail in entry.details if detail.amount is not None]
    if not told:
        yield _line(entry, 0, entry.amount, None)
    for place, detail in enumerate(told):
        yield _line(entry, place, detail.amount or 0, detail)


def _line(entry: iso20022.Entry, place: int, amount: int, detail: iso20022.Detail | None) -> Line:
    end_to_end_id = detail.end_to_end_id if detail else None
    return Line(
        id=ids.new(),
        entry=entry.index,
        detail=place,
        digest=entry.digest,
        booked_on=entry.booking_date,
        amount=amount,
        end_to_end_id=end_to_end_id,
        returned=amount > 0 and (entry.reversal or bool(detail and detail.returned)),
        code=detail.return_reason if detail else None,
        payout=rules.payout_of(end_to_end_id),
    )
