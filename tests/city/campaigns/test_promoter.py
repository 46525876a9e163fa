"""Merchants who bring in merchants: paid for real payments, a day later, and never for their own."""

from datetime import timedelta
from uuid import UUID

import pytest

from openhall.base import clock, db
from openhall.city.campaigns import promoter
from openhall.city.campaigns.jobs import end_what_is_over, pay_all_inviters
from openhall.core import ledger
from openhall.core.payments import offers
from tests.city.campaigns.sponsor import OTHER_OWNER, OWNER, SPONSOR, Sponsor, refund, today
from tests.city.campaigns.test_checks import bring, earned, groups
from tests.hall import Hall

pytestmark = pytest.mark.anyio

PAYER, THIRD = "13800000001", "13800000005"
THANKS = {"kind": "promoter", "amount": 50, "days": 31, "per_person": 2, "last_day": "2027-11-01"}
A_DAY = timedelta(hours=25)


async def test_the_first_payments_of_a_new_shop_earn_its_inviter_something(hall: Hall) -> None:
    sponsor, payer = await Sponsor.enter(hall), await hall.sign_in(PAYER)
    owner, inviter = await hall.sign_in(OWNER), await hall.sign_in(OTHER_OWNER)
    shop, old = await hall.open_shop(owner), await hall.open_shop(owner)
    await hall.give(payer, 10_000)
    await hall.give(inviter, 1000)
    await sponsor.run(**THANKS)
    await hall.pay(payer, code=old["code"], amount=500)
    assert await bring(hall, inviter, owner, shop["id"]) == 204
    await hall.pay(inviter, code=shop["code"], amount=500)
    paid = [(await hall.pay(payer, code=shop["code"], amount=500)).json() for _ in range(4)]
    assert (await refund(hall, owner, paid[0]["id"], 1)).status_code == 201
    assert await earned(hall) == 0, "only after a day is it known that the payment was real"
    with clock.at(clock.now() + A_DAY):
        assert await earned(hall) == 2
        assert await earned(hall) == 0
    assert await hall.balance(inviter) == 1000 - 500 + 2 * 50
    report = (await hall.client.get("/api/v1/promoter", headers=inviter)).json()
    assert (report["earned"], report["invited"][0]["payments"]) == (100, 2)
    await hall.books_agree()


async def test_the_budget_is_the_end_of_it(hall: Hall) -> None:
    sponsor, payer = await Sponsor.enter(hall), await hall.sign_in(PAYER)
    owner, inviter = await hall.sign_in(OWNER), await hall.sign_in(OTHER_OWNER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 10_000)
    campaign = await sponsor.run(**THANKS, budget=99)
    await bring(hall, inviter, owner, shop["id"])
    for _ in range(3):
        await hall.pay(payer, code=shop["code"], amount=500)
    with clock.at(clock.now() + A_DAY):
        assert await earned(hall) == 1
        assert (await hall.balance(inviter), await sponsor.budget_account(campaign["id"])) == (50, 49)
    await hall.books_agree()


async def test_nobody_invites_themselves_or_whom_they_owe_it(hall: Hall) -> None:
    people = [await hall.sign_in(phone) for phone in (OWNER, OTHER_OWNER, THIRD)]
    first, second, third = people
    shops = [(await hall.open_shop(owner))["id"] for owner in people]
    assert await bring(hall, first, first, shops[0]) == 422
    assert await bring(hall, first, second, shops[1]) == 204
    assert await bring(hall, second, third, shops[2]) == 204
    assert await bring(hall, second, first, shops[0]) == 422
    assert await bring(hall, third, first, shops[0]) == 422, "nor around three corners"
    assert await bring(hall, third, second, shops[1]) == 422
    assert await bring(hall, first, third, shops[2]) == 422, "each shop once"
    assert await bring(hall, first, second, shops[2]) == 400, "not theirs"
    unknown = {"code": "AAAAAAAA", "shop_id": shops[0]}
    refused = await hall.client.post("/api/v1/promoter/invitations", json=unknown, headers=first)
    assert refused.json()["code"] == "campaigns.invitation_unknown"
    await hall.books_agree()


async def test_a_shop_that_was_paid_is_not_new(hall: Hall) -> None:
    payer, owner, inviter = [await hall.sign_in(phone) for phone in (PAYER, OWNER, OTHER_OWNER)]
    shop = await hall.open_shop(owner)
    await hall.give(payer, 1000)
    await hall.pay(payer, code=shop["code"], amount=500)
    assert await bring(hall, inviter, owner, shop["id"]) == 422


async def test_payments_of_the_last_day_earn_something_before_the_rest_goes_back(hall: Hall) -> None:
    sponsor, payer = await Sponsor.enter(hall), await hall.sign_in(PAYER)
    owner, inviter = await hall.sign_in(OWNER), await hall.sign_in(OTHER_OWNER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 10_000)
    await bring(hall, inviter, owner, shop["id"])
    first = ledger.begins(ledger.local(clock.now()).date() + timedelta(days=1))
    with clock.at(first + timedelta(hours=1)):
        campaign = await sponsor.run(**THANKS | {"per_person": None, "last_day": today()})
    for late in (timedelta(hours=23, minutes=59), timedelta(hours=24, minutes=1)):
        with clock.at(first + late):
            payer = await hall.sign_in(PAYER)
            await hall.pay(payer, code=shop["code"], amount=500)
    with clock.at(first + timedelta(days=2, hours=23)):
        assert await end_what_is_over(hall.pool, groups()) == 0, "the last day is still to be paid"
    with clock.at(first + timedelta(days=3)):
        assert await end_what_is_over(hall.pool, groups()) == 1
        sponsor = Sponsor(hall, await hall.sign_in(SPONSOR))
        ended = await sponsor.look(campaign["id"])
        assert (ended["state"], ended["left"]) == ("ended", 0)
        inviter = await hall.sign_in(OTHER_OWNER)
        assert await hall.balance(inviter) == 50, "for the last day, and not for the day after it"
    await hall.books_agree()


async def test_more_payments_than_are_paid_at_once_are_not_lost(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(promoter, "_AT_ONCE", 2)
    sponsor, payer = await Sponsor.enter(hall), await hall.sign_in(PAYER)
    owner, inviter = await hall.sign_in(OWNER), await hall.sign_in(OTHER_OWNER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 10_000)
    await bring(hall, inviter, owner, shop["id"])
    await sponsor.run(**THANKS | {"per_person": None})
    for _ in range(5):
        await hall.pay(payer, code=shop["code"], amount=500)
    with clock.at(clock.now() + A_DAY):
        assert await earned(hall) == 5
    assert await hall.balance(inviter) == 250
    await hall.books_agree()


async def test_who_works_at_the_shop_or_did_earns_its_inviter_nothing(hall: Hall) -> None:
    sponsor, payer = await Sponsor.enter(hall), await hall.sign_in(PAYER)
    owner, inviter = await hall.sign_in(OWNER), await hall.sign_in(OTHER_OWNER)
    shop = await hall.open_shop(owner)
    await bring(hall, inviter, owner, shop["id"])
    await sponsor.run(**THANKS | {"per_person": None})
    cashier, gone = [await hall.hire(owner, shop, phone, "cashier") for phone in (THIRD, "13800000006")]
    for headers in (payer, cashier, gone):
        await hall.give(headers, 1000)
        await hall.pay(headers, code=shop["code"], amount=500)
    staff = (await hall.client.get(f"/api/v1/shops/{shop['id']}/staff", headers=owner)).json()["staff"]
    left = await hall.client.delete(f"/api/v1/shops/{shop['id']}/staff/{staff[1]['id']}", headers=owner)
    assert left.status_code == 204
    with clock.at(clock.now() + A_DAY):
        assert await earned(hall) == 1
    assert await hall.balance(inviter) == 50
    await hall.books_agree()


async def test_what_was_earned_is_paid_though_the_sponsor_ends_it(hall: Hall) -> None:
    sponsor, payer = await Sponsor.enter(hall), await hall.sign_in(PAYER)
    owner, inviter = await hall.sign_in(OWNER), await hall.sign_in(OTHER_OWNER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 10_000)
    campaign = await sponsor.run(**THANKS)
    await bring(hall, inviter, owner, shop["id"])
    await hall.pay(payer, code=shop["code"], amount=500)
    ending = (await sponsor.post(campaign["id"], "end")).json()
    assert (ending["state"], ending["rules"]["last_day"], ending["left"]) == ("running", today(), 10_000)
    with clock.at(clock.now() + timedelta(days=4)):
        assert await end_what_is_over(hall.pool, groups()) == 1
        sponsor, inviter = Sponsor(hall, await hall.sign_in(SPONSOR)), await hall.sign_in(OTHER_OWNER)
        ended = await sponsor.look(campaign["id"])
        assert (ended["state"], ended["spent"], await hall.balance(inviter)) == ("ended", 50, 50)
    await hall.books_agree()


async def test_one_campaign_that_breaks_holds_back_no_other(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    sponsor, payer = await Sponsor.enter(hall), await hall.sign_in(PAYER)
    owner, inviter = await hall.sign_in(OWNER), await hall.sign_in(OTHER_OWNER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 10_000)
    broken, good = [await sponsor.run(**THANKS) for _ in range(2)]
    await bring(hall, inviter, owner, shop["id"])
    await hall.pay(payer, code=shop["code"], amount=500)
    earn = promoter.earn

    async def stumble(conn: db.Conn, groups: offers.Offers, campaign: UUID) -> int:
        if str(campaign) == broken["id"]:
            raise LookupError("this one is broken")
        return await earn(conn, groups, campaign)

    monkeypatch.setattr(promoter, "earn", stumble)
    with clock.at(clock.now() + A_DAY):
        with pytest.raises(LookupError):
            await pay_all_inviters(hall.pool, groups())
        assert await sponsor.budget_account(good["id"]) == 10_000 - 50
    with clock.at(clock.now() + timedelta(days=500)):
        with pytest.raises(LookupError):
            await end_what_is_over(hall.pool, groups())
        sponsor = Sponsor(hall, await hall.sign_in(SPONSOR))
        assert [(await sponsor.look(one["id"]))["state"] for one in (broken, good)] == ["running", "ended"]
    await hall.books_agree()


async def test_more_shops_than_are_looked_at_at_once_all_earn(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(promoter, "_SHOPS_AT_ONCE", 2)
    sponsor, payer = await Sponsor.enter(hall), await hall.sign_in(PAYER)
    owner, inviter = await hall.sign_in(OWNER), await hall.sign_in(OTHER_OWNER)
    await hall.give(payer, 10_000)
    await sponsor.run(**THANKS)
    for _ in range(5):
        shop = await hall.open_shop(owner)
        await bring(hall, inviter, owner, shop["id"])
        await hall.pay(payer, code=shop["code"], amount=500)
    with clock.at(clock.now() + A_DAY):
        assert await earned(hall) == 5
    await hall.books_agree()


async def test_what_was_earned_before_a_pause_is_paid_and_later_payments_are_not(hall: Hall) -> None:
    sponsor, payer = await Sponsor.enter(hall), await hall.sign_in(PAYER)
    owner, inviter = await hall.sign_in(OWNER), await hall.sign_in(OTHER_OWNER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 10_000)
    campaign = await sponsor.run(**THANKS | {"last_day": today()})
    await bring(hall, inviter, owner, shop["id"])
    await hall.pay(payer, code=shop["code"], amount=500)
    assert (await sponsor.post(campaign["id"], "pause")).json()["state"] == "paused"
    await hall.pay(payer, code=shop["code"], amount=500)
    with clock.at(clock.now() + timedelta(days=4)):
        assert await end_what_is_over(hall.pool, groups()) == 1
        inviter = await hall.sign_in(OTHER_OWNER)
        assert await hall.balance(inviter) == 50
    await hall.books_agree()


async def test_what_its_sponsor_ended_takes_no_more_money_and_does_not_go_on(hall: Hall) -> None:
    sponsor = await Sponsor.enter(hall)
    campaign = await sponsor.run(**THANKS)
    assert (await sponsor.post(campaign["id"], "pause")).status_code == 200
    assert (await sponsor.post(campaign["id"], "end")).json()["state"] == "paused"
    for act, body in (("start", {}), ("fund", {"amount": 100})):
        refused = await sponsor.post(campaign["id"], act, **body)
        assert (refused.status_code, refused.json()["code"]) == (422, "campaigns.state_refused"), act
    assert (await sponsor.post(campaign["id"], "end")).status_code == 200, "asking twice is asking once"
    await hall.books_agree()


async def test_what_is_ending_cannot_be_paused_and_pays_what_it_owes(hall: Hall) -> None:
    sponsor = await Sponsor.enter(hall)
    campaign = await sponsor.run(**THANKS)
    assert (await sponsor.post(campaign["id"], "end")).json()["state"] == "running"
    refused = await sponsor.post(campaign["id"], "pause")
    assert (refused.status_code, refused.json()["code"]) == (422, "campaigns.state_refused")
    await hall.books_agree()


async def test_what_was_paid_while_it_rested_earns_nothing_once_it_goes_on(hall: Hall) -> None:
    sponsor, payer = await Sponsor.enter(hall), await hall.sign_in(PAYER)
    owner, inviter = await hall.sign_in(OWNER), await hall.sign_in(OTHER_OWNER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 10_000)
    campaign = await sponsor.run(**THANKS | {"per_person": None})
    await bring(hall, inviter, owner, shop["id"])
    for act in ("pause", "start"):
        await hall.pay(payer, code=shop["code"], amount=500)
        assert (await sponsor.post(campaign["id"], act)).status_code == 200
    await hall.pay(payer, code=shop["code"], amount=500)
    with clock.at(clock.now() + A_DAY):
        assert await earned(hall) == 2, "the first and the last of three"
    assert await hall.balance(inviter) == 2 * 50
    await hall.books_agree()
