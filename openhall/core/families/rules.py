"""The pure rules of families: scopes, limits, dates, and by what a browser remembers for whom it acts."""

import hmac
import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from openhall.base import money
from openhall.base.config import Settings
from openhall.base.package import Scope
from openhall.core.families import problems
from openhall.core.families.types import Caps

# The cookie that says for whom the pages of this session act.
COOKIE = "openhall_for"
CARD_DIGITS = 9
NOTE_MAX = 200
# As the display names of residents.
NAME_MAX = 40


def behalf(written: str) -> UUID | None:
    """The id that a header names; None for what is no id. It is refused like the id of a stranger."""
    try:
        return UUID(written.strip()) if len(written) <= 64 else None
    except ValueError:
        return None


def sign(secret: str, token: str, subject: UUID) -> str:
    """What the cookie holds: good in this session alone, and nothing that its holder could write themselves."""
    return f"{subject}.{_mac(secret, token, str(subject))}"


def signed(secret: str, token: str, cookie: str) -> UUID | None:
    """For whom, by a cookie that this session was given."""
    subject, _, mac = cookie.partition(".")
    if not mac.isascii() or not hmac.compare_digest(mac, _mac(secret, token, subject)):
        return None
    return behalf(subject)


def _mac(secret: str, token: str, subject: str) -> str:
    return hmac.digest(secret.encode(), f"families.for\0{token}\0{subject}".encode(), "sha256").hex()


def granted(wished: Collection[str], declared: Mapping[str, Scope]) -> list[str]:
    """The scopes with what they imply, in the order in which they were declared. Problem `families.scope_unknown`."""
    unknown = [name for name in wished if name not in declared]
    if unknown or not wished:
        raise problems.scope_unknown(known=sorted(declared))
    found = set(wished)
    for name in wished:
        found.update(declared[name].implies)
    return [name for name in declared if name in found]


def caps(settings: Settings, payment_max: int, month_max: int) -> Caps:
    """Limits that can be kept. Problems, in this order: `families.limits_invalid`, `families.above_ceiling`."""
    if not 0 <= payment_max <= month_max <= money.MAX_AMOUNT:
        raise problems.limits_invalid()
    if payment_max > settings.family_payment_max or month_max > settings.family_month_max:
        raise problems.above_ceiling(payment_max=settings.family_payment_max, month_max=settings.family_month_max)
    return Caps(payment_max, month_max)


def is_more(new: Caps, old: Caps) -> bool:
    """Whether anything is raised."""
    return new.payment_max > old.payment_max or new.month_max > old.month_max


def end_of(last_day: date, zone: str) -> datetime:
    """The moment at which a day is over in the city."""
    return start_of(last_day + timedelta(days=1), zone)


def start_of(day: date, zone: str) -> datetime:
    """The moment at which a day begins in the city."""
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone))


def new_card() -> str:
    """Nine digits, of which the first is no zero."""
    return str(10 ** (CARD_DIGITS - 1) + secrets.randbelow(9 * 10 ** (CARD_DIGITS - 1)))


def card(written: str) -> str | None:
    """The number of a card as people write it, in groups; None for anything else."""
    bare = "".join(written.split())
    return bare if len(bare) == CARD_DIGITS and bare.isascii() and bare.isdigit() and bare[0] != "0" else None


def noted(written: str) -> str:
    """What an operator saw, in one line. Problem `families.evidence_missing`."""
    text = " ".join(written.split())[:NOTE_MAX]
    if not text:
        raise problems.evidence_missing()
    return text


def declared(scopes: Sequence[Scope]) -> dict[str, Scope]:
    """The scopes by their names, in their order."""
    return {scope.name: scope for scope in scopes}
