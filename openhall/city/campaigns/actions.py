"""The use cases of sponsors: make a campaign, put money in, start, pause and end it, and see what it gave."""

import secrets
from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

import msgspec
from msgspec import Struct

from openhall.base import clock, db, ids, visible
from openhall.city.campaigns import problems, rules
from openhall.city.campaigns.types import Campaign, Draw, Kind, NewCampaign, State, Sums, Verified, WrongDraw
from openhall.core import closing, ledger
from openhall.core.payments import offers

q = db.load("openhall.city.campaigns")

ACCOUNT_KIND = "campaign"
PAGE = 50
_TITLE = 40
# So long after its last day a promoter campaign has paid everything; the statement `campaigns_over` counts the same.
_PAID_UP = timedelta(days=2)
# From which states each may be reached.
_BEFORE = {
    State.RUNNING: (State.DRAFT, State.PAUSED),
    State.PAUSED: (State.RUNNING,),
    State.ENDED: (State.DRAFT, State.RUNNING, State.PAUSED),
}


async def create(conn: db.Conn, *, sponsor: UUID, new: NewCampaign, most: int) -> Campaign:
    """A draft of `sponsor`, whom `new.source` belongs to and who has less than `most` that are not over; its budget is
    moved at once, when there is one.

    Refusals: `campaigns.title_invalid`, `campaigns.rules_invalid`, `campaigns.too_many`,
    `campaigns.budget_not_covered`.
    """
    title, title_en = _named(new.title), _named(new.title_en or "")
    if not title:
        raise problems.title_invalid()
    rules.checked(new.rules)
    await db.all(conn, q.lock_sponsor, str, sponsor=sponsor)
    if await db.one(conn, q.count_unfinished, int, sponsor=sponsor) >= most:
        raise problems.too_many(most=most)
    campaign = ids.new()
    account = await ledger.open_account(conn, kind=ACCOUNT_KIND, owner=campaign, currency=new.currency, floor=0)
    await db.run(
        conn,
        q.insert_campaign,
        id=campaign,
        sponsor=sponsor,
        title=title,
        title_en=title_en or None,
        account=account,
        source=new.source,
        currency=new.currency,
        seed=secrets.token_bytes(32),
        now=clock.now(),
        **msgspec.structs.asdict(new.rules),
    )
    if new.groups:
        await db.run(conn, q.insert_groups, campaign=campaign, rows=db.rows(dict.fromkeys(new.groups)))
    if new.budget:
        return await fund(conn, sponsor=sponsor, campaign=campaign, amount=new.budget)
    return await find(conn, sponsor=sponsor, campaign=campaign)


def _named(title: str) -> str:
    """A name of an offer as it is kept, empty for none; Problem `campaigns.title_invalid`."""
    if not title.strip():
        return ""
    clean = visible.name(title, _TITLE)
    if clean is None:
        raise problems.title_invalid()
    return clean


async def find(conn: db.ReadConn, *, sponsor: UUID, campaign: UUID) -> Campaign:
    """A campaign of `sponsor`; Problem `campaigns.campaign_not_found` for anybody else's too."""
    found = await db.maybe(conn, q.campaign, Campaign, id=campaign)
    if found is None or found.sponsor != sponsor:
        raise problems.campaign_not_found()
    return found


async def known(conn: db.ReadConn, *, resident: UUID, campaign: UUID) -> Campaign:
    """A campaign that a payer may look at: a running one, one that gave them something, or their own."""
    found = await db.maybe(conn, q.campaign, Campaign, id=campaign)
    if found is not None and found.sponsor == resident:
        return found
    if found is None or not await db.one(conn, q.is_known_to, bool, id=campaign, resident=resident):
        raise problems.campaign_not_found()
    return found


async def campaigns_of(conn: db.ReadConn, *, sponsor: UUID, before: UUID | None = None) -> list[Campaign]:
    """The campaigns of `sponsor`, newest first: a page of those older than the one with the id `before`, and one more
    if any follow."""
    return await db.all(conn, q.campaigns_of, Campaign, sponsor=sponsor, before=before, limit=PAGE + 1)


async def sums(conn: db.ReadConn, campaigns: Sequence[Campaign]) -> dict[UUID, Sums]:
    """The money of each campaign."""
    balances = await ledger.balances(conn, [campaign.account for campaign in campaigns])
    return {
        campaign.id: Sums(
            campaign.funded, campaign.funded - campaign.returned - balances[campaign.account].posted,
            balances[campaign.account].posted,
        )
        for campaign in campaigns
    }  # fmt: skip


async def fund(conn: db.Conn, *, sponsor: UUID, campaign: UUID, amount: int) -> Campaign:
    """Put money into a campaign that is not over. Refusals: `campaigns.campaign_not_found`,
    `campaigns.state_refused`, `campaigns.budget_not_covered`."""
    found = await _locked(conn, sponsor, campaign)
    if found.state is State.ENDED or found.ending_at is not None:
        raise problems.state_refused(state=found.state.value)
    outcome = await _move(conn, found, found.source, found.account, amount, "campaign_fund")
    if not outcome.ok:
        raise problems.budget_not_covered(ledger_code=outcome.code.value)
    await db.run(conn, q.add_funds, id=campaign, amount=amount)
    return await find(conn, sponsor=sponsor, campaign=campaign)


async def change(conn: db.Conn, *, sponsor: UUID, campaign: UUID, to: State) -> Campaign:
    """Start, pause or end a campaign; asking twice is asking once. One that is ending still pays what it owes
    and cannot be paused. At its end what is left goes back where it came from. A promoter campaign that ran ends with
    today, and its sponsor gets the rest when what was earned by then is paid. Refusals:
    `campaigns.campaign_not_found`, `campaigns.state_refused`, `campaigns.budget_missing`."""
    found = await _locked(conn, sponsor, campaign)
    if found.state is not to:
        if found.state not in _BEFORE[to] or (to is not State.ENDED and found.ending_at is not None):
            raise problems.state_refused(state=found.state.value)
        if to is State.RUNNING:
            await _has_one_gift(conn, found)
        if to is State.ENDED and _owes_days(found):
            await db.run(conn, q.end_with_today, id=campaign, today=_today(), now=clock.now())
            return await find(conn, sponsor=sponsor, campaign=campaign)
        if to is State.RUNNING:
            await db.run(conn, q.add_rest, id=campaign, now=clock.now())
        await db.run(conn, q.set_state, id=campaign, state=to.value, now=clock.now())
    if to is State.ENDED:
        await _return_rest(conn, found)
    return await find(conn, sponsor=sponsor, campaign=campaign)


async def _has_one_gift(conn: db.ReadConn, campaign: Campaign) -> None:
    """What can give nothing shall not run: payments look at every campaign that does."""
    needed = rules.one_gift(campaign)
    if (await ledger.balance(conn, campaign.account)).available < needed:
        raise problems.budget_missing(needed=needed)


def _owes_days(campaign: Campaign) -> bool:
    """Whether it may still have to pay for payments of its days: inviters earn a day later. The sweep ends it then."""
    today = _today()
    has_begun = campaign.kind is Kind.PROMOTER and campaign.state is not State.DRAFT and campaign.first_day <= today
    return has_begun and campaign.last_day + _PAID_UP >= today


def _today() -> date:
    return ledger.local(clock.now()).date()


async def _return_rest(conn: db.Conn, campaign: Campaign) -> None:
    rest = (await ledger.balance(conn, campaign.account)).available
    if rest <= 0:
        return
    outcome = await _move(conn, campaign, campaign.account, campaign.source, rest, "campaign_return")
    if outcome.ok:
        await db.run(conn, q.add_returned, id=campaign.id, amount=rest)


async def _locked(conn: db.Conn, sponsor: UUID, campaign: UUID) -> Campaign:
    """The campaign as it is once nobody else changes it; payments that use it wait, or have been made."""
    if await db.maybe(conn, q.lock_campaign, UUID, id=campaign, sponsor=sponsor) is None:
        raise problems.campaign_not_found()
    return await find(conn, sponsor=sponsor, campaign=campaign)


async def _move(
    conn: db.Conn, campaign: Campaign, debit: UUID, credit: UUID, amount: int, reason: str
) -> ledger.Outcome:
    transfer = ledger.Transfer(
        id=ids.new(), debit=debit, credit=credit, amount=amount, currency=campaign.currency, reason=reason
    )
    # The rest of a budget goes back to a sponsor who may have left.
    (outcome,) = await closing.bring(conn, [transfer], fresh=True)
    return outcome


class Over(Struct, frozen=True):
    """A campaign that is to end, or has something to send on."""

    id: UUID
    sponsor: UUID
    kind: Kind


async def over(conn: db.ReadConn) -> list[Over]:
    """Campaigns whose last day is past, and ended ones to which refunds have brought something back.

    `change` ends them, and sends that on: each in a transaction of its own, because whoever holds one campaign's money
    and waits for another's waits for payments that want them the other way round.
    """
    return await db.all(conn, q.campaigns_over, Over, today=_today())


async def offered(conn: db.ReadConn, *, after: UUID | None = None) -> list[Campaign]:
    """What is offered to payers today or within a week, the nearest end first: a page of those behind the one with the
    id `after`, and one more if any follow."""
    return await db.all(conn, q.offered, Campaign, today=_today(), after=after, limit=PAGE + 1)


async def days_of(conn: db.ReadConn, campaign: Campaign) -> list[offers.OfferDay]:
    """What a campaign gave, by business date, newest first."""
    if campaign.kind is Kind.PROMOTER:
        return await db.all(conn, q.earning_days, offers.OfferDay, campaign=campaign.id, limit=100)
    return await offers.days_of(conn, offer=campaign.id)


async def draws_of(conn: db.ReadConn, campaign: UUID, *, payer: UUID | None = None, limit: int = 100_000) -> list[Draw]:
    """The bounties of a campaign, by payment; those of one payer when it names one."""
    return await db.all(conn, q.draws_of, Draw, campaign=campaign, payer=payer, limit=limit)


async def verify(conn: db.ReadConn, campaign: UUID) -> Verified:
    """Draw every bounty of a campaign again. Problem `campaigns.campaign_not_found`."""
    found = await db.maybe(conn, q.campaign, Campaign, id=campaign)
    if found is None:
        raise problems.campaign_not_found()
    draws = await draws_of(conn, campaign)
    again = [(draw, rules.draw(found.seed, draw.payment, found.low, found.high)) for draw in draws]
    wrong = [WrongDraw(draw, drawn) for draw, drawn in again if draw.amount != drawn]
    return Verified(rules.commitment(found.seed), len(draws), wrong)
