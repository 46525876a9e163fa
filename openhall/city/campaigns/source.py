"""What campaigns give to payments: the `OfferSource` of this package.

All payments that one campaign may give to follow one another by a lock on the campaign's row, taken in the order of
ids and held until the commit: so budgets and limits hold whoever else pays meanwhile, in this process or another.
Payments to which no campaign gives anything lock nothing, and neither does a campaign whose budget is used up.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from msgspec import Struct

from openhall.base import clock, db
from openhall.city.campaigns import rules
from openhall.city.campaigns.rules import Tally, Used
from openhall.city.campaigns.types import Campaign, Kind
from openhall.core import ledger
from openhall.core.payments import offers
from openhall.core.payments.offers import Due, Gift, Given, Membership, OfferSource, Terms

q = db.load("openhall.city.campaigns")

_Groups = frozenset[tuple[str, str]]


class _Uses(Struct, frozen=True):
    id: UUID
    uses: int


async def _look(conn: db.ReadConn) -> db.Reply[bool]:
    return await db.ask(conn, q.is_offering, bool)


async def _terms(
    conn: db.ReadConn, dues: Sequence[Due], memberships: Mapping[UUID, Sequence[Membership]], lock: bool
) -> list[Terms]:
    groups = {payee: frozenset((one.kind, one.id) for one in found) for payee, found in memberships.items()}
    campaigns = await _matching(conn, dues, groups)
    if not campaigns:
        return [offers.NOTHING] * len(dues)
    batch = await _open_batch(conn, campaigns, dues, lock=lock)
    return [batch.decide(due, groups.get(due.payee, frozenset())) for due in dues]


async def _matching(conn: db.ReadConn, dues: Sequence[Due], groups: Mapping[UUID, _Groups]) -> list[Campaign]:
    local = ledger.local(clock.now())
    named = [{"kind": kind, "id": id_} for kind, id_ in set().union(*groups.values())]
    return await db.all(
        conn,
        q.matching,
        Campaign,
        today=local.date(),
        weekday=rules.weekday_bit(local),
        minute=local.hour * 60 + local.minute,
        most=max(due.amount for due in dues),
        least=min(due.amount for due in dues),
        currency=dues[0].currency,
        groups=db.rows(named),
    )


async def _open_batch(conn: db.ReadConn, campaigns: Sequence[Campaign], dues: Sequence[Due], *, lock: bool) -> "_Batch":
    """What is left of each campaign. The statements travel together; those after the lock see what it waited for."""
    wanted = [campaign.id for campaign in campaigns]
    running = await db.ask(conn, q.lock_running if lock else q.uses_so_far, _Uses, ids=db.ids(wanted))
    payers = list({due.payer for due in dues})
    used = await offers.uses(conn, offers=wanted, payers=payers, day=ledger.business_date(clock.now()))
    balances = await ledger.balances(conn, [campaign.account for campaign in campaigns])
    uses = {one.id: one.uses for one in await running.all()}
    tallies = {
        campaign.id: Tally(balances[campaign.account].available, uses[campaign.id])
        for campaign in campaigns
        if campaign.id in uses
    }
    return _Batch(campaigns, tallies, await used.all())


class _Batch:
    """The payments of one transaction, decided one after the other: each sees what those before it were given."""

    def __init__(self, campaigns: Sequence[Campaign], tallies: dict[UUID, Tally], used: Iterable[offers.Use]) -> None:
        self._campaigns = [campaign for campaign in campaigns if campaign.id in tallies]
        self._tallies = tallies
        self._used: dict[tuple[UUID, UUID], Used] = defaultdict(Used)
        for use in used:
            self._used[use.offer, use.payer] = Used(use.today, use.ever, use.sum)

    def decide(self, due: Due, groups: _Groups) -> Terms:
        """The best discount, and then the best bounty for what is paid after it."""
        valid = [campaign for campaign in self._campaigns if rules.is_for(campaign, groups)]
        discount = self._best(due, [(rules.discount(campaign, due.amount), campaign) for campaign in valid])
        paid = due.amount - (discount.amount if discount else 0)
        # Which bounty it is must not depend on the draw: of several it is the one that promises most.
        bounties = [one for one in valid if one.kind is Kind.BOUNTY and paid >= one.min_spend]
        bounties.sort(key=lambda one: (-one.low - one.high, one.id))
        bounty = next(filter(None, (self._best(due, [(_drawn(one, due), one)]) for one in bounties)), None)
        return Terms(discount, bounty) if discount or bounty else offers.NOTHING

    def _best(self, due: Due, candidates: Sequence[tuple[int, Campaign]]) -> Gift | None:
        allowed = [
            (gift, campaign)
            for gift, campaign in candidates
            if gift and rules.allows(campaign, self._tallies[campaign.id], self._used[campaign.id, due.payer], gift)
        ]
        found = rules.best(allowed)
        if found is None:
            return None
        gift, campaign = found
        rules.take(self._tallies[campaign.id], self._used[campaign.id, due.payer], gift)
        return Gift(campaign.id, campaign.title, campaign.title_en, campaign.account, gift)


def _drawn(campaign: Campaign, due: Due) -> int:
    return rules.draw(campaign.seed, due.payment, campaign.low, campaign.high)


async def _given(conn: db.Conn, given: Sequence[Given]) -> None:
    counts: dict[UUID, int] = defaultdict(int)
    for one in given:
        counts[one.gift.offer] += 1
    rows = [{"id": campaign, "uses": uses} for campaign, uses in counts.items()]
    await db.send(conn, q.count_uses, rows=db.rows(rows))


source = OfferSource(look=_look, terms=_terms, given=_given)
