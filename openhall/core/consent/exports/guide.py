"""The first file of the archive that somebody opens: what it is, and how its tables are to be read."""

from collections.abc import Callable, Iterable
from datetime import datetime

from openhall.base.i18n import N_

_TITLE = N_("What {hall} keeps about you, as of {at}")
_HINTS = (
    N_(
        "Each table is a file that any spreadsheet opens: payments.payments.csv has your payments, ledger.wallet.csv "
        "your balance, messages.messages.csv your messages. Tables without rows are left out."
    ),
    N_("Amounts are whole numbers in the smallest unit: 350 is 3.50. Times are in UTC; the hall's clocks show {zone}."),
    N_("export.json is all of it once more, for programs."),
    N_("Not in it:"),
)


def guide(say: Callable[[str], str], *, hall: str, at: datetime, reasons: Iterable[str]) -> str:
    """The text, in the words of `say`; `at` in the hall's zone, `reasons` why something is left out."""
    facts = {"hall": hall, "at": f"{at:%Y-%m-%d %H:%M}", "zone": str(at.tzinfo)}
    told = [say(msgid).format(**facts) for msgid in (_TITLE, *_HINTS)]
    return "\n\n".join([*told, *(f"- {reason}" for reason in dict.fromkeys(reasons))]) + "\n"
