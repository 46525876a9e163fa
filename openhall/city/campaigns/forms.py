"""What sponsors send, as JSON or as typed into the page, read and checked."""

import re
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from msgspec import Struct

from openhall.base import db, money
from openhall.base.i18n import N_
from openhall.city.campaigns import problems, rules
from openhall.city.campaigns.types import WHOLE_DAY, Campaign
from openhall.core import people
from openhall.core.payments import Payee, offers

_TIME = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")
WEEKDAYS = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)


def minute_of(text: str, field: str) -> int:
    """The minute of the day of a time such as "06:30"; "24:00" is the end of the day. Problem for anything else."""
    match = _TIME.fullmatch(text.strip())
    minute = int(match[1]) * 60 + int(match[2]) if match else WHOLE_DAY + 1
    if minute > WHOLE_DAY:
        raise rules.rules_invalid(field, N_("Type a time such as 06:30"))
    return minute


def time_of(minute: int) -> str:
    """A minute of the day as people write it: 390 -> "06:30"."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def bits_of(weekdays: Sequence[int]) -> int:
    """Weekdays from 1 (Monday) to 7 (Sunday) as bits; Problem for others."""
    if any(not 1 <= day <= len(WEEKDAYS) for day in weekdays):
        raise rules.rules_invalid("weekdays", N_("Weekdays are numbers from 1 to 7"))
    return sum(1 << (day - 1) for day in set(weekdays))


def weekdays_of(bits: int) -> list[int]:
    """Bits as weekdays from 1 (Monday) to 7 (Sunday)."""
    return [day for day in range(1, len(WEEKDAYS) + 1) if bits & 1 << (day - 1)]


def day_of(text: str, field: str) -> date:
    """A typed date; Problem when it is none."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise rules.rules_invalid(field, N_("Choose a day")) from None


def count_of(text: str, field: str) -> int | None:
    """A typed limit, None when nothing was typed; Problem when it is no whole number."""
    text = text.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise rules.rules_invalid(field, N_("Type a whole number"))
    return int(text)


def amount_of(text: str, field: str, currency: str) -> int:
    """A typed amount in minor units, 0 when nothing was typed; Problem when it is none."""
    if not text.strip():
        return 0
    try:
        return money.parse(text, currency)
    except ValueError:
        raise rules.rules_invalid(field, N_("Type an amount such as 3.50")) from None


class Places(Struct, frozen=True):
    """Where campaigns can be valid at all, and of that where those of one resident may be: the names of groups, None
    for everywhere."""

    known: Sequence[offers.Group]
    own: frozenset[tuple[str, str]] | None

    @property
    def allowed(self) -> list[offers.Group]:
        return [group for group in self.known if self.own is None or (group.kind, group.id) in self.own]

    def are_own(self, wanted: Sequence[tuple[str, str]]) -> bool:
        """Whether campaigns of this resident may be valid at all of these, none meaning everywhere."""
        return self.own is None or (bool(wanted) and self.own.issuperset(wanted))


async def places_of(conn: db.ReadConn, hall: offers.Offers, resident: UUID, owned: Sequence[Payee]) -> Places:
    """Where campaigns of a resident may be valid. Their own shops and what they lead; operators choose freely."""
    mine = [offers.Group(payee.kind, str(payee.id), payee.name) for payee in owned]
    known = mine + [group for source in hall.groups for group in await source.listed(conn)]
    if await people.is_operator(conn, resident):
        return Places(known, None)
    own = mine + [group for source in hall.groups for group in await source.led(conn, resident)]
    return Places(known, frozenset((group.kind, group.id) for group in own))


def groups_checked(places: Places, wanted: Sequence[tuple[str, str]]) -> list[offers.Group]:
    """The wanted groups with their titles, none for everywhere. Problems: `campaigns.group_unknown` when there is
    another among them, `campaigns.place_not_yours` where campaigns of this resident may not be."""
    by_name = {(group.kind, group.id): group for group in places.known}
    if any(name not in by_name for name in wanted):
        raise problems.group_unknown()
    if not places.are_own(wanted):
        raise problems.place_not_yours()
    return [by_name[name] for name in dict.fromkeys(wanted)]


async def asked_again(conn: db.ReadConn, hall: offers.Offers, campaign: Campaign) -> None:
    """A campaign that starts or goes on is valid only where its sponsor still may: shops are given away, markets and
    the city get other people. Problem `campaigns.place_not_yours`."""
    owned = await hall.owned(conn, campaign.sponsor)
    places = await places_of(conn, hall, campaign.sponsor, owned)
    if not places.are_own([(kind, id_) for kind, id_, _ in campaign.groups]):
        raise problems.place_not_yours()


def shop_of(owned: Sequence[Payee], shop: UUID) -> Payee:
    """The shop with that id; Problem `campaigns.source_unknown` when it is none of theirs."""
    for payee in owned:
        if payee.id == shop:
            return payee
    raise problems.source_unknown()


def source_of(wallet: UUID, owned: Sequence[Payee], shop: UUID | None) -> UUID:
    """The account a budget comes from: the sponsor's wallet, or that of a shop of theirs."""
    return wallet if shop is None else shop_of(owned, shop).account
