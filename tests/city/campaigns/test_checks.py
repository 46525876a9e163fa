"""Each promise of campaigns is broken on purpose, and `openhall check` finds it."""

from datetime import timedelta

import pytest

from openhall.base import clock
from openhall.city.campaigns import promoter
from openhall.city.campaigns.jobs import pay_inviters
from openhall.core.payments import offers
from openhall.web.discover import packages
from tests.city.campaigns.sponsor import OTHER_OWNER, OWNER, Sponsor, refund, today
from tests.core.payments.test_checks import CHECKS, GUARDS, broken
from tests.hall import Hall, Headers

pytestmark = pytest.mark.anyio

PAYER = "13800000001"
BREACHES = {
    "campaigns.budgets": [
        "update campaigns.campaigns set funded = funded + 1",
        "update campaigns.campaigns set returned = returned + 1",
        "update campaigns.earnings set amount = amount + 1",
        "update payments.subsidies set amount = amount + 1",
        "update ledger.accounts set floor = null where kind = 'campaign'",
    ],
    "campaigns.transfers": [
        "update campaigns.campaigns set funded = funded + 1",
        "update campaigns.campaigns set returned = returned + 1",
        "delete from ledger.journal where reason = 'campaign_fund'",
        "delete from ledger.journal where reason = 'campaign_return'",
    ],
    "campaigns.subsidies": [
        "update payments.subsidies set amount = amount - 1 where kind = 'discount'",
        "update payments.subsidies set amount = 100 where kind = 'bounty'",
        "update campaigns.campaigns set kind = 'bounty' where kind = 'amount_off'",
        "update campaigns.campaigns set min_spend = 1000",
    ],
    "campaigns.limits": [
        "update campaigns.campaigns set uses = uses + 1 where kind = 'amount_off'",
        "update campaigns.campaigns set per_day = 1",
        "update campaigns.campaigns set per_person = 1",
        "update campaigns.campaigns set per_person_sum = 101",
    ],
    "campaigns.earnings": [
        "update campaigns.earnings set amount = amount + 1",
        "update campaigns.invitations set inviter = gen_random_uuid()",
        "delete from campaigns.earnings",
        "delete from ledger.journal where reason = 'earning'",
    ],
    "campaigns.invitations": [
        "insert into campaigns.invitations select gen_random_uuid(), '', inviter, owner, at from campaigns.invitations",
    ],
}
MORE_GUARDS = """
alter table campaigns.earnings disable trigger earnings_append_only;
alter table campaigns.invitations drop constraint invitations_inviter_fkey;
alter table campaigns.campaigns drop constraint campaign_uses_are_limited;
alter table campaigns.campaigns drop constraint promoter_campaign_is_limited_by_shops;
alter table campaigns.campaigns drop constraint promoter_campaign_knows_how_long;
alter table payments.subsidies drop constraint one_subsidy_of_a_kind_per_payment;
"""


async def earned(hall: Hall) -> int:
    """What the hourly job does."""
    async with hall.pool.read() as reader:
        campaigns = await promoter.campaigns_to_pay(reader)
    return sum([await pay_inviters(hall.pool, groups(), campaign) for campaign in campaigns])


def groups() -> offers.Offers:
    """The groups of all packages, as the jobs have them."""
    return offers.Offers(groups=[one for package in packages(demo=True) for one in package.groups])


async def bring(hall: Hall, inviter: Headers, owner: Headers, shop: str) -> int:
    """A shop says by whose code it came; the status."""
    code = (await hall.client.get("/api/v1/promoter", headers=inviter)).json()["code"]
    body = {"code": code, "shop_id": shop}
    return (await hall.client.post("/api/v1/promoter/invitations", json=body, headers=owner)).status_code


@pytest.fixture
async def lively(hall: Hall) -> Hall:
    """Two payments with every kind of gift, a part given back, an inviter paid, and a campaign that is over."""
    sponsor, payer = await Sponsor.enter(hall), await hall.sign_in(PAYER)
    owner, inviter = await hall.sign_in(OWNER), await hall.sign_in(OTHER_OWNER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 5000)
    assert await bring(hall, inviter, owner, shop["id"]) == 204
    await sponsor.run(amount=101)
    await sponsor.run(kind="bounty", amount=0, low=1, high=88, min_spend=88)
    await sponsor.run(kind="promoter", amount=50, days=31, last_day="2027-11-01", first_day=today())
    over = await sponsor.run(amount=77, budget=77)
    await sponsor.post(over["id"], "end")
    paid = [(await hall.pay(payer, code=shop["code"], amount=700)).json() for _ in range(2)]
    assert (await refund(hall, owner, paid[0]["id"], 333)).status_code == 201
    with clock.at(clock.now() + timedelta(hours=25)):
        assert await earned(hall) == 1
    return hall


@pytest.mark.parametrize("name", BREACHES)
async def test_each_check_finds_its_breaches(lively: Hall, name: str) -> None:
    for statement in BREACHES[name]:
        async with lively.pool.write() as conn, conn.transaction(force_rollback=True):
            assert await broken(conn, name) == []
            await conn.execute((GUARDS + MORE_GUARDS).encode())
            assert (await conn.execute(statement.encode())).rowcount > 0, statement
            assert await broken(conn, name), f"{name} does not find: {statement}"


def test_every_check_of_campaigns_is_tried() -> None:
    assert {name for name in CHECKS if name.startswith("campaigns.")} == set(BREACHES)


async def test_the_lively_hall_agrees(lively: Hall) -> None:
    await lively.books_agree()
