"""Payments on somebody's behalf: one person asks, another one's wallet pays, within what the link between them allows.

The links are locked from here to the commit, before orders and accounts. So a link that is revoked in the middle of a
payment lets it pass or stops it, and never half; and of many payments in one moment no more pass than the month allows.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from openhall.base import db
from openhall.base.errors import Problem
from openhall.core import families
from openhall.core.families import Deed, Spending

SCOPE = "wallet.pay"

Pair = tuple[UUID, UUID]


class Allowances:
    """What the links of a batch allow; each payment that is let pass counts against the next."""

    def __init__(self, links: Mapping[Pair, Spending], day_max: int) -> None:
        self._links = links
        self._day_max = day_max
        self._together: Counter[UUID] = Counter()

    def refusal(self, actor: UUID, subject: UUID) -> Problem | None:
        """Why the one may not pay for the other at all, if so."""
        link = self._links.get((actor, subject))
        if link is None:
            return families.not_linked()
        return None if SCOPE in link.scopes else families.scope_missing(scope=SCOPE)

    def spend(self, actor: UUID, subject: UUID, paid: int) -> Problem | None:
        """Why not this much, if so; else it counts from now on."""
        link = self._links[actor, subject]
        if paid > link.payment_max:
            return families.above_payment_cap(limit=link.payment_max)
        today = max(0, self._day_max - link.day_spent - self._together[link.id])
        if paid > today:
            return families.above_day_cap(left=today)
        left = max(0, link.month_max - link.spent - self._together[link.id])
        if paid > left:
            return families.above_month_cap(left=left)
        self._together[link.id] += paid
        return None

    def deed(self, actor: UUID, subject: UUID, *, payment: UUID, payee: str, paid: int, currency: str) -> Deed:
        """What is written of a payment that was made."""
        return Deed(self._links[actor, subject].id, actor, subject, SCOPE, payment, payee, paid, currency)


async def allowances(conn: db.Conn, pairs: Sequence[Pair], *, day_max: int) -> Allowances:
    """The links of these, locked; without any no statement is made. `day_max`: what one link pays in a day at most."""
    return Allowances(await families.lock_links(conn, pairs) if pairs else {}, day_max)
