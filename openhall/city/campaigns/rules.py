"""Pure rules of campaigns: who gets what, and the draw of bounties."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from openhall.base import money
from openhall.base.errors import Problem
from openhall.base.i18n import N_
from openhall.city.campaigns import problems
from openhall.city.campaigns.types import ALL_DAYS, WHOLE_DAY, Campaign, Kind, Rules

LONGEST_DAYS = 731
_NO_PAYER = N_("A thanks for new shops has no limit for each payer or for all: say how many payments of a shop count")
_NO_HOURS = N_("A thanks for new shops counts every day and hour")


class Tally(Struct):
    """What of a campaign is left, counted down while one batch is decided."""

    left: int
    uses: int


class Used(Struct):
    """How often one person used a campaign, today and ever, and what it gave them."""

    today: int = 0
    ever: int = 0
    sum: int = 0


def is_on(campaign: Campaign | Rules, local: datetime) -> bool:
    """Whether the campaign's dates, weekdays and hours hold at a local time of the hall."""
    minute = local.hour * 60 + local.minute
    return (
        campaign.first_day <= local.date() <= campaign.last_day
        and bool(campaign.weekdays & weekday_bit(local))
        and campaign.from_minute <= minute < campaign.to_minute
    )


def weekday_bit(local: datetime) -> int:
    """1 for Monday, 2 for Tuesday, ... 64 for Sunday."""
    return 1 << local.weekday()


def is_for(campaign: Campaign, groups: frozenset[tuple[str, str]]) -> bool:
    """Whether the campaign is valid for a payee of these groups."""
    return not campaign.groups or any((kind, id_) in groups for kind, id_, _ in campaign.groups)


def discount(campaign: Campaign | Rules, amount: int) -> int:
    """What a discount campaign takes off an amount; 0 when nothing. The payer always pays the smallest coin at least,
    so that every payment is a transfer of its payer."""
    if amount < campaign.min_spend:
        return 0
    if campaign.kind is Kind.FIXED_PRICE:
        # Shops choose the amount of an order, so the difference alone would be whatever they like.
        return max(0, min(amount - campaign.amount, campaign.most_off or 0))
    if campaign.kind is Kind.AMOUNT_OFF:
        return min(campaign.amount, amount - 1)
    return 0


def one_gift(campaign: Campaign | Rules) -> int:
    """The most that a campaign gives at once: with less in its budget it does not start."""
    most = {Kind.FIXED_PRICE: campaign.most_off or 0, Kind.BOUNTY: campaign.high}
    return most.get(campaign.kind, campaign.amount)


def draw(seed: bytes, payment: UUID, low: int, high: int) -> int:
    """The bounty of a payment, low <= bounty <= high: the first eight bytes of HMAC-SHA256(seed, the 16 bytes of the
    payment's id), as a big-endian number, modulo the size of the range, above `low`."""
    digest = hmac.digest(seed, payment.bytes, hashlib.sha256)
    return low + int.from_bytes(digest[:8], "big") % (high - low + 1)


def commitment(seed: bytes) -> str:
    """What is published of a seed before it is revealed: its SHA-256, in hexadecimal."""
    return hashlib.sha256(seed).hexdigest()


def allows(campaign: Campaign, tally: Tally, used: Used, gift: int) -> bool:
    """Whether the campaign may give `gift` once more: within its budget and every limit. All of it or nothing."""
    limits = (
        (tally.left, gift),
        (campaign.most_uses, tally.uses + 1),
        (campaign.per_day, used.today + 1),
        (campaign.per_person, used.ever + 1),
        (campaign.per_person_sum, used.sum + gift),
    )
    return all(limit is None or wanted <= limit for limit, wanted in limits)


def take(tally: Tally, used: Used, gift: int) -> None:
    """Count a gift, so that the next payment of the batch sees it."""
    tally.left -= gift
    tally.uses += 1
    used.today += 1
    used.ever += 1
    used.sum += gift


def best(candidates: Sequence[tuple[int, Campaign]]) -> tuple[int, Campaign] | None:
    """The best of several gifts for the payer; of equal ones that of the oldest campaign."""
    return min(candidates, key=lambda found: (-found[0], found[1].id), default=None)


def checked(rules: Rules) -> Rules:
    """The rules themselves, when they make sense; Problem `campaigns.rules_invalid` with the field that does not."""
    for field, wrong, message in _faults(rules):
        if wrong:
            raise rules_invalid(field, message)
    return rules


def rules_invalid(field: str, message: str) -> Problem:
    """The problem of a rule that makes no sense."""
    return problems.rules_invalid(errors=[{"field": field, "message": message}])


def _faults(rules: Rules) -> list[tuple[str, bool, str]]:
    gives = rules.amount >= 1 if rules.kind is not Kind.BOUNTY else 1 <= rules.low <= rules.high
    least = rules.high if rules.kind is Kind.BOUNTY else 1
    length = (rules.last_day - rules.first_day).days
    limits = (rules.per_day, rules.per_person, rules.per_person_sum, rules.most_uses)
    is_promoter, has_price = rules.kind is Kind.PROMOTER, rules.kind is Kind.FIXED_PRICE
    return [
        ("amount", not gives or max(rules.amount, rules.high) > money.MAX_AMOUNT, N_("Say how much is given")),
        (
            "most_off",
            has_price != (rules.most_off is not None),
            N_("Of a fixed price, and only of one, say how much it takes off a payment at most"),
        ),
        ("most_off", not 1 <= (rules.most_off or 1) <= money.MAX_AMOUNT, N_("Say how much it takes off at most")),
        ("min_spend", rules.min_spend < least, N_("A bounty may not be larger than the least payment")),
        ("min_spend", rules.min_spend > money.MAX_AMOUNT, N_("The least payment is too large")),
        (
            "last_day",
            not 0 <= length < LONGEST_DAYS,
            N_("The last day must not be before the first day, nor more than two years after it"),
        ),
        ("weekdays", not 1 <= rules.weekdays <= ALL_DAYS, N_("Choose at least one day of the week")),
        ("from", not 0 <= rules.from_minute < rules.to_minute <= WHOLE_DAY, N_("The hours end after they begin")),
        ("limits", any(one is not None and not 1 <= one <= 2**31 - 1 for one in limits), N_("A limit is at least one")),
        ("days", is_promoter != (rules.days is not None), N_("Say for how many days a shop counts as new")),
        ("limits", is_promoter and _limits_payers(rules), _NO_PAYER),
        ("weekdays", is_promoter and _limits_hours(rules), _NO_HOURS),
        (
            "days",
            rules.days is not None and not 1 <= rules.days <= LONGEST_DAYS,
            N_("A shop is new for two years at most"),
        ),
    ]


def _limits_payers(rules: Rules) -> bool:
    """Whether it says how often a person gets something, or how often all do: of earnings nobody asks for that."""
    return any(limit is not None for limit in (rules.per_day, rules.per_person_sum, rules.most_uses))


def _limits_hours(rules: Rules) -> bool:
    return (rules.weekdays, rules.from_minute, rules.to_minute) != (ALL_DAYS, 0, WHOLE_DAY)
