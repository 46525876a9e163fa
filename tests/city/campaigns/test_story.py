"""A payment of which somebody else pays a part."""

from datetime import timedelta

import pytest

from openhall.base import clock
from openhall.city.campaigns.jobs import end_what_is_over
from openhall.core import payments
from openhall.core.payments import offers
from tests.city.campaigns.sponsor import FRIDAY, OTHER_OWNER, OWNER, Sponsor, refund
from tests.hall import Hall, fresh_key

pytestmark = pytest.mark.anyio

PAYER, OTHER = "13800000001", "13800000002"


async def test_the_shop_gets_all_the_payer_pays_less_and_the_sponsor_the_rest(hall: Hall) -> None:
    sponsor, payer, owner = await Sponsor.enter(hall), await hall.sign_in(PAYER), await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 1000)
    campaign = await sponsor.run()
    assert (campaign["state"], campaign["budget"], campaign["spent"]) == ("running", 10_000, 0)
    assert await hall.balance(sponsor.headers) == 990_000
    paid = await hall.pay(payer, code=shop["code"], amount=700)
    assert paid.status_code == 201, paid.text
    body = paid.json()
    assert (body["amount"], body["paid"], body["discount"], body["offer"]) == (700, 350, 350, "Friday breakfast")
    assert await hall.balance(payer) == 650
    shown = await hall.client.get(f"/api/v1/payments/{body['id']}", headers=payer)
    assert shown.json() == body
    day = (await hall.client.get(f"/api/v1/shops/{shop['id']}/payments", headers=owner)).json()
    assert day["total"] == 700
    left = await sponsor.look(campaign["id"])
    assert (left["spent"], left["left"], left["uses"]) == (350, 9_650, 1)
    await hall.books_agree()


async def test_one_fen_for_breakfast_on_fridays_and_only_then(hall: Hall) -> None:
    with clock.at(FRIDAY):
        sponsor, payer, owner = await Sponsor.enter(hall), await hall.sign_in(PAYER), await hall.sign_in(OWNER)
        stall = await hall.open_shop(owner)
        await hall.give(payer, 2000)
        rules = {
            "kind": "fixed_price",
            "amount": 1,
            "most_off": 1000,
            "weekdays": [5],
            "from_time": "06:00",
            "to_time": "09:00",
        }
        dates = {"first_day": "2026-11-01", "last_day": "2026-11-30"}
        groups = [{"kind": "category", "id": "5814"}]
        await sponsor.run(**rules, **dates, groups=groups, per_day=1)
        first = (await hall.pay(payer, code=stall["code"], amount=350)).json()
        assert (first["paid"], first["discount"]) == (1, 349)
        second = (await hall.pay(payer, code=stall["code"], amount=350)).json()
        assert (second["paid"], second["discount"]) == (350, 0), "one a day for each"
    for later in (timedelta(hours=2), timedelta(days=1)):
        with clock.at(FRIDAY + later):
            fresh = await hall.sign_in(PAYER)
            paid = (await hall.pay(fresh, code=stall["code"], amount=350)).json()
            assert paid["paid"] == 350, later
    await hall.books_agree()


async def test_a_fixed_price_takes_no_more_off_than_its_ceiling_whatever_a_shop_asks(hall: Hall) -> None:
    sponsor, payer, owner = await Sponsor.enter(hall, 3_000_000), await hall.sign_in(PAYER), await hall.sign_in(OWNER)
    stall = await hall.open_shop(owner)
    await hall.give(payer, 2_000_000)
    wish = {"kind": "fixed_price", "amount": 1, "per_day": 1, "budget": 2_000_000}
    for refused in (await sponsor.ask(**wish), await sponsor.ask(most_off=1000)):
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "most_off")
    made = await sponsor.run(**wish, most_off=1000, groups=[{"kind": "category", "id": "5814"}])
    assert made["rules"]["most_off"] == 1000
    path = f"/api/v1/shops/{stall['id']}/orders"
    order = (await hall.client.post(path, json={"amount": 2_000_001}, headers=owner | fresh_key())).json()
    paid = (await hall.pay(payer, code=order["code"])).json()
    assert (paid["paid"], paid["discount"]) == (2_000_001 - 1000, 1000)
    assert (await sponsor.look(made["id"]))["spent"] == 1000
    await hall.books_agree()


async def test_nobody_pays_more_than_they_were_shown(hall: Hall) -> None:
    sponsor, payer, owner = await Sponsor.enter(hall), await hall.sign_in(PAYER), await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 1000)
    campaign = await sponsor.run()
    asked = {"code": shop["code"], "amount": 400}
    quoted = await hall.client.get("/api/v1/payments/quote", params=asked, headers=payer)
    assert (quoted.json()["paid"], quoted.json()["offer"]) == (50, "Friday breakfast")
    assert (await sponsor.post(campaign["id"], "pause")).json()["state"] == "paused"
    gone = await hall.pay(payer, **asked, expected_paid=50)
    assert (gone.status_code, gone.json()["code"]) == (422, "payments.offer_gone")
    assert (gone.json()["amount"], gone.json()["paid"]) == (400, 400)
    assert await hall.balance(payer) == 1000
    told = await hall.pay(payer, **asked, expected_paid=400)
    assert told.json()["paid"] == 400
    await sponsor.post(campaign["id"], "start")
    assert (await hall.pay(payer, **asked, expected_paid=400)).json()["paid"] == 50, "less is welcome"
    await hall.books_agree()


async def test_the_rest_of_the_budget_comes_back_and_so_does_what_is_refunded_later(hall: Hall) -> None:
    sponsor, payer, owner = await Sponsor.enter(hall), await hall.sign_in(PAYER), await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 1000)
    campaign = await sponsor.run()
    paid = (await hall.pay(payer, code=shop["code"], amount=700)).json()
    ended = (await sponsor.post(campaign["id"], "end")).json()
    assert (ended["state"], ended["left"], ended["spent"]) == ("ended", 0, 350)
    assert await hall.balance(sponsor.headers) == 999_650
    given = await refund(hall, owner, paid["id"], 700)
    assert (given.json()["amount"], given.json()["to_payer"]) == (700, 350)
    assert await hall.balance(payer) == 1000
    assert await end_what_is_over(hall.pool, offers.Offers()) == 1
    assert await hall.balance(sponsor.headers) == 1_000_000
    assert (await sponsor.look(campaign["id"]))["spent"] == 0
    await hall.books_agree()


async def test_what_is_wholly_given_back_was_not_used(hall: Hall) -> None:
    sponsor, payer, owner = await Sponsor.enter(hall), await hall.sign_in(PAYER), await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 3000)
    await sponsor.run(per_day=1)
    first = (await hall.pay(payer, code=shop["code"], amount=700)).json()
    assert (await refund(hall, owner, first["id"], 699)).status_code == 201
    assert (await hall.pay(payer, code=shop["code"], amount=700)).json()["discount"] == 0
    assert (await refund(hall, owner, first["id"], 1)).status_code == 201
    assert (await hall.pay(payer, code=shop["code"], amount=700)).json()["discount"] == 350
    await hall.books_agree()


async def test_the_best_offer_counts_and_only_one_lowers_the_price(hall: Hall) -> None:
    sponsor, payer, owner = await Sponsor.enter(hall), await hall.sign_in(PAYER), await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 3000)
    await sponsor.run(title="Small", amount=100)
    await sponsor.run(title="Large", amount=200, budget=200)
    named = [(await hall.pay(payer, code=shop["code"], amount=700)).json() for _ in range(2)]
    assert [(one["offer"], one["paid"]) for one in named] == [("Large", 500), ("Small", 600)]
    assert (await hall.pay(payer, code=shop["code"], amount=1)).json()["paid"] == 1, "the smallest coin is the payer's"
    await hall.books_agree()


async def test_a_campaign_is_valid_where_it_says(hall: Hall) -> None:
    sponsor, payer = await Sponsor.enter(hall), await hall.sign_in(PAYER)
    owner, other = await hall.sign_in(OWNER), await hall.sign_in(OTHER_OWNER)
    shop, elsewhere = await hall.open_shop(owner), await hall.open_shop(other)
    await hall.give(payer, 3000)
    foreign = await sponsor.ask(groups=[{"kind": "shop", "id": shop["id"]}])
    assert (foreign.status_code, foreign.json()["code"]) == (400, "campaigns.group_unknown")
    await hall.give(owner, 2000)
    merchant = Sponsor(hall, owner)
    await merchant.run(groups=[{"kind": "shop", "id": shop["id"]}], budget=1000)
    assert (await hall.pay(payer, code=shop["code"], amount=700)).json()["discount"] == 350
    assert (await hall.pay(payer, code=elsewhere["code"], amount=700)).json()["discount"] == 0
    await hall.books_agree()


async def test_a_shop_pays_its_own_offers_from_its_own_takings(hall: Hall) -> None:
    payer, owner = await hall.sign_in(PAYER), await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 5000)
    await hall.pay(payer, code=shop["code"], amount=1000)
    merchant = Sponsor(hall, owner)
    here = {"from_shop": shop["id"], "groups": [{"kind": "shop", "id": shop["id"]}]}
    poor = await merchant.ask(budget=1001, **here)
    assert (poor.status_code, poor.json()["code"]) == (422, "campaigns.budget_not_covered")
    campaign = await merchant.run(budget=1000, **here)
    assert (await hall.pay(payer, code=shop["code"], amount=700)).json()["paid"] == 350
    await merchant.post(campaign["id"], "end")
    assert await hall.balance(owner) == 0, "the rest goes back to the shop, not to the wallet"
    assert await merchant.budget_account(campaign["id"]) == 0
    await hall.books_agree()


async def test_an_order_gets_the_offer_too_and_a_retry_the_same_answer(hall: Hall) -> None:
    sponsor, payer, owner = await Sponsor.enter(hall), await hall.sign_in(PAYER), await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 1000)
    await sponsor.run(groups=[{"kind": "category", "id": "5814"}])
    async with hall.pool.write() as conn:
        payee = await payments.resolve(conn, hall.sources, shop["code"])
        order = await payments.create_order(conn, payments.NewOrder(payee, 700))
    paid = await hall.pay(payer, "one-key", order_id=str(order), expected_paid=350)
    again = await hall.pay(payer, "one-key", order_id=str(order), expected_paid=350)
    assert (paid.status_code, paid.json()["paid"]) == (201, 350)
    assert again.json() == paid.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    await hall.books_agree()


async def test_states_go_one_way_and_strangers_find_nothing(hall: Hall) -> None:
    sponsor, stranger = await Sponsor.enter(hall), await hall.sign_in(OTHER)
    empty = await sponsor.run(budget=0, start=False)
    no_money = await sponsor.post(empty["id"], "start")
    assert (no_money.status_code, no_money.json()["code"]) == (422, "campaigns.budget_missing")
    assert (await sponsor.post(empty["id"], "fund", amount=350)).json()["budget"] == 350
    assert (await sponsor.post(empty["id"], "start")).json()["state"] == "running"
    assert (await sponsor.post(empty["id"], "start")).json()["state"] == "running", "starting twice is starting once"
    assert (await sponsor.post(empty["id"], "end")).json()["state"] == "ended"
    again = await sponsor.post(empty["id"], "start")
    assert (again.status_code, again.json()["code"]) == (422, "campaigns.state_refused")
    hidden = await hall.client.get(f"/api/v1/campaigns/{empty['id']}", headers=stranger)
    assert hidden.status_code == 404
    assert (await hall.client.post(f"/api/v1/campaigns/{empty['id']}/end", headers=stranger)).status_code == 404


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"amount": 0}, "amount"),
        ({"kind": "bounty", "amount": 0, "low": 5, "high": 4}, "amount"),
        ({"kind": "bounty", "amount": 0, "low": 5, "high": 40, "min_spend": 39}, "min_spend"),
        ({"last_day": "2020-01-01"}, "last_day"),
        ({"weekdays": [8]}, "weekdays"),
        ({"from_time": "09:00", "to_time": "08:59"}, "from"),
        ({"from_time": "9 o'clock"}, "from_time"),
        ({"to_time": "24:01"}, "to_time"),
        ({"days": 3}, "days"),
        ({"kind": "promoter", "days": 3, "per_day": 1}, "limits"),
        ({"kind": "promoter", "days": 3, "per_person_sum": 50}, "limits"),
        ({"kind": "promoter", "days": 3, "most_uses": 1}, "limits"),
        ({"kind": "promoter", "days": 3, "weekdays": [5]}, "weekdays"),
        ({"kind": "promoter", "days": 3, "to_time": "09:00"}, "weekdays"),
        ({"kind": "promoter"}, "days"),
    ],
)
async def test_rules_that_make_no_sense_are_named(hall: Hall, wish: dict[str, object], field: str) -> None:
    sponsor = await Sponsor.enter(hall)
    refused = await sponsor.ask(**wish)
    assert (refused.status_code, refused.json()["code"]) == (400, "campaigns.rules_invalid"), refused.text
    assert refused.json()["errors"][0]["field"] == field
    assert (await hall.client.get("/api/v1/campaigns", headers=sponsor.headers)).json() == {
        "campaigns": [],
        "next_cursor": None,
    }


async def test_a_payer_without_money_uses_nothing_up(hall: Hall) -> None:
    sponsor, payer, owner = await Sponsor.enter(hall), await hall.sign_in(PAYER), await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    campaign = await sponsor.run(most_uses=1)
    poor = await hall.pay(payer, code=shop["code"], amount=700)
    assert poor.json()["code"] == "payments.insufficient_funds"
    await hall.give(payer, 350)
    assert (await hall.pay(payer, code=shop["code"], amount=700)).json()["paid"] == 350, "the lower price is enough"
    assert (await sponsor.look(campaign["id"]))["uses"] == 1
    await hall.books_agree()
