"""Merchants who bring in merchants: a code, whom it brought, and what that earned.

An inviter earns for the first payments of a shop that came by their code, out of the budget of a promoter campaign.
Not at once but a day later, when it is known that the payment was not given back, and never for payments of their own
or of the shop's people.
"""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from msgspec import Struct

from openhall.base import clock, db, ids
from openhall.city.campaigns import problems, rules
from openhall.city.campaigns.types import Campaign, Invited
from openhall.core import ledger
from openhall.core.payments import Payee, offers

q = db.load("openhall.city.campaigns")

# Without the characters that are mistaken for one another.
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_LENGTH = 8
_DRAWS = 20
# After this long a payment that was not given back counts as real.
COOLING = timedelta(days=1)
PAGE = 50
_AT_ONCE = 1000
_SHOPS_AT_ONCE = 10_000


class _ToEarn(Struct, frozen=True):
    id: UUID
    shop: UUID
    inviter: UUID
    wallet: UUID


async def code_of(conn: db.Conn, *, resident: UUID) -> str:
    """The resident's invitation code, made when it is first asked for."""
    for _ in range(_DRAWS):
        found = await db.maybe(conn, q.promoter_code, str, resident=resident)
        if found is not None:
            return found
        code = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
        await db.run(conn, q.insert_promoter, resident=resident, code=code)
    raise LookupError("no free invitation code was found")


async def accept(conn: db.Conn, *, resident: UUID, shop: Payee, code: str) -> None:
    """A shop of `resident` says by whose code it came.

    Refusals: `campaigns.invitation_unknown`, `campaigns.invitation_own`, `campaigns.invitation_late`.
    """
    inviter = await db.maybe(conn, q.promoter_of_code, UUID, code=code.strip().upper().replace(" ", ""))
    if inviter is None:
        raise problems.invitation_unknown()
    await db.all(conn, q.lock_invitations, str)
    if resident == inviter or resident in await db.all(conn, q.invited_by, UUID, resident=inviter):
        raise problems.invitation_own()
    if await db.one(conn, q.has_been_paid, bool, shop=shop.id):
        raise problems.invitation_late()
    made = await db.run(
        conn,
        q.insert_invitation,
        shop=shop.id,
        shop_name=shop.name,
        owner=resident,
        inviter=inviter,
        now=clock.now(),
    )
    if not made:
        raise problems.invitation_late()


async def invited(conn: db.ReadConn, *, inviter: UUID, before: UUID | None = None) -> list[Invited]:
    """The shops that a resident brought here, newest first, with what each has earned them: a page of those that came
    before the shop `before`, and one more if any follow."""
    return await db.all(conn, q.invitations_of, Invited, inviter=inviter, before=before, limit=PAGE + 1)


async def earned_by(conn: db.ReadConn, *, inviter: UUID) -> int:
    """What all shops together have earned whoever brought them."""
    return await db.one(conn, q.earned_by, int, inviter=inviter)


async def came_by_invitation(conn: db.ReadConn, *, owner: UUID) -> set[UUID]:
    """Which shops of this owner came by an invitation."""
    return set(await db.all(conn, q.invited_shops, UUID, owner=owner))


async def campaigns_to_pay(conn: db.ReadConn) -> list[UUID]:
    """The promoter campaigns that run, or rest and may still owe something."""
    return await db.all(conn, q.promoter_campaigns, UUID)


async def earn(conn: db.Conn, groups: offers.Offers, campaign_id: UUID) -> int:
    """Pay inviters what a promoter campaign owes them by now, as far as its budget goes and a thousand at once; for how
    many payments it did. A payment earns once, whichever campaign is asked first. Among ten thousand young shops the
    oldest payment comes first; where there are more, those after them are looked at when nothing is owed to these."""
    campaign = await _running(conn, campaign_id)
    if campaign is None:
        return 0
    paid, after = 0, UUID(int=0)
    while not paid and (young := await _young(conn, after)):
        paid, after = await _pay(conn, campaign, await _owed(conn, groups, campaign, young)), young[-1]
    return paid


async def _young(conn: db.ReadConn, after: UUID) -> list[UUID]:
    since = clock.now() - timedelta(days=rules.LONGEST_DAYS) - COOLING
    return await db.all(conn, q.young_shops, UUID, since=since, after=after, limit=_SHOPS_AT_ONCE)


async def _owed(conn: db.Conn, groups: offers.Offers, campaign: Campaign, young: Sequence[UUID]) -> list[_ToEarn]:
    memberships = await groups.groups_of(conn, young)
    valid = [
        shop
        for shop in young
        if rules.is_for(campaign, frozenset((one.kind, one.id) for one in memberships.get(shop, ())))
    ]
    staff = await groups.staff_of(conn, valid)
    left = (await ledger.balance(conn, campaign.account)).available
    return await db.all(
        conn,
        q.to_earn,
        _ToEarn,
        campaign=campaign.id,
        shops=db.rows({"shop": shop, "staff": list(staff.get(shop, ()))} for shop in valid),
        before=clock.now() - COOLING,
        limit=min(_AT_ONCE, left // campaign.amount),
    )


async def _running(conn: db.Conn, campaign_id: UUID) -> Campaign | None:
    if await db.maybe(conn, q.lock_promoter, UUID, id=campaign_id) is None:
        return None
    return await db.one(conn, q.campaign, Campaign, id=campaign_id)


async def _pay(conn: db.Conn, campaign: Campaign, owed: Sequence[_ToEarn]) -> int:
    transfers = [
        ledger.Transfer(
            id=ids.new(),
            debit=campaign.account,
            credit=one.wallet,
            amount=campaign.amount,
            currency=campaign.currency,
            reason="earning",
        )
        for one in owed
    ]
    outcomes = await ledger.post(conn, transfers, fresh=True)
    rows = [
        {
            "id": outcome.id,
            "payment": one.id,
            "shop": one.shop,
            "inviter": one.inviter,
            "amount": campaign.amount,
            "business_date": outcome.business_date,
            "at": outcome.at,
        }
        for one, outcome in zip(owed, outcomes, strict=True)
        if outcome.ok
    ]
    if rows:
        await db.run(conn, q.insert_earnings, campaign=campaign.id, rows=db.rows(rows))
    return len(rows)
