"""The book as a table for spreadsheets: CSV, UTF-8 with a byte order mark, one line for each payment and refund."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from uuid import UUID

from openhall.base import ids, money
from openhall.city.merchants.book.hands import Hand
from openhall.core import ledger
from openhall.core.payments.books import Entry, Kind

# What makes a spreadsheet read a text as a formula, when it stands first; the full-width forms too.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
# The first thing in the file: spreadsheets take it as the sign of UTF-8.
MARK = "\ufeff"
# Programs read these names: a new column goes to the end, and none is ever renamed.
COLUMNS = (
    "business_date", "date", "time", "kind", "receipt_no", "received", "given_back", "currency", "payer", "cashier",
    "reference", "reason", "closing_no", "id", "payment_id", "order_id",
)  # fmt: skip


def header() -> str:
    """The mark, and the names of the columns."""
    return MARK + _line(COLUMNS)


def lines(
    entries: Sequence[Entry],
    hands: Mapping[UUID | None, Hand],
    closings: Mapping[date, int],
    say: Callable[[str], str],
) -> str:
    """One line for each entry; `say` puts reasons of refunds and names of scanners into the reader's words.

    Amounts are decimals in major units, both kinds without a sign, each in its column;
    dates and times are those of the hall."""
    return "".join(_line(_cells(entry, hands, closings, say)) for entry in entries)


def _cells(
    entry: Entry, hands: Mapping[UUID | None, Hand], closings: Mapping[date, int], say: Callable[[str], str]
) -> tuple[str, ...]:
    at = entry.at.astimezone(ledger.zone())
    amount = money.plain(entry.amount, entry.currency)
    is_payment = entry.kind is Kind.PAYMENT
    return (
        entry.business_date.isoformat(),
        at.date().isoformat(),
        f"{at:%H:%M:%S}",
        entry.kind.value,
        entry.receipt_no,
        amount if is_payment else "",
        "" if is_payment else amount,
        entry.currency,
        entry.payer_masked,
        hands[entry.taken_by].called(say) or "",
        ids.said(entry.reference) or "",
        say(entry.reason) if entry.reason else "",
        str(closings.get(entry.business_date, "")),
        str(entry.id),
        str(entry.payment),
        str(entry.order_id),
    )


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe goes before what would make it one."""
    return f"'{text}" if text.lstrip(" \u3000\u00a0").startswith(_FORMULA) else text


def _line(cells: Sequence[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow([harmless(cell) for cell in cells])
    return written.getvalue()
