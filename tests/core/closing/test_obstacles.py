"""What stands in the way of closing, each named with where to do something about it; and what does not."""

from datetime import timedelta
from typing import Any

import pytest

from openhall.core import payouts, people
from openhall.core.families.actions import counter
from openhall.core.families.actions.links import Wish
from openhall.core.families.types import Caps, Kind
from openhall.core.people.recovery.actions import open_recovery
from openhall.core.people.recovery.types import Evidence
from openhall.web.discover import packages
from tests.city.campaigns.sponsor import today
from tests.core.closing.stage import CLOSING, FRIEND, PHONE, SELLER, close, in_the_way, operators, rows
from tests.core.people.names.people import DAUGHTER, FATHER, be
from tests.core.people.pins.steps import PIN, has_pin, id_of, refusal
from tests.hall import Hall, Headers, fresh_key

pytestmark = pytest.mark.anyio


async def _told(hall: Hall, me: Headers) -> list[dict[str, Any]]:
    body = (await hall.client.get(CLOSING, headers=me | {"Accept-Language": "en"})).json()
    found: list[dict[str, Any]] = body["obstacles"]
    return found


async def test_money_and_what_moves_it_come_first(hall: Hall) -> None:
    me, friend = await hall.sign_in(PHONE), await hall.sign_in(FRIEND)
    assert (await be(hall, me, FATHER)).status_code == 200
    assert (await be(hall, friend, DAUGHTER)).status_code == 200
    await has_pin(hall, me)
    await hall.give(me, 1_000)
    assert await in_the_way(hall, me) == ["closing.money"]
    (money,) = await _told(hall, me)
    assert (money["title"], money["amount"], money["href"]) == (
        "There is money in your wallet: ¥10.00",
        1_000,
        "/wallet",
    )
    refused = await hall.client.post(CLOSING, headers=me)
    assert (refusal(refused), refused.json()["obstacles"]) == ((409, "closing.in_the_way"), ["closing.money"])
    assert (await hall.client.get("/api/v1/me", headers=me)).status_code == 200, "nothing of it happened"
    wish = {"to_phone": FRIEND, "amount": 1_000, "pin": PIN}
    sent = await hall.client.post("/api/v1/transfers", json=wish, headers=me | fresh_key())
    assert await in_the_way(hall, me) == ["payments.transfers"]
    await hall.client.post(f"/api/v1/transfers/{sent.json()['id']}/undo", headers=me)
    await hall.client.post(
        "/api/v1/wallet/top-ups", json={"amount": 1, "bank_account": "demo"}, headers=me | fresh_key()
    )
    assert await in_the_way(hall, me) == ["closing.money", "rails.top_ups"]
    number = "6200000138000000032"
    resident = await id_of(hall, me)
    async with hall.pool.write() as conn:
        await payouts.vouch_bank_account(
            conn, owner=resident, holder="王建国", number=number, again=number, cooling=timedelta()
        )
    made = await hall.client.post("/api/v1/me/withdrawals", json={"amount": 1_000}, headers=me | fresh_key())
    assert made.status_code == 201, made.text
    assert await in_the_way(hall, me) == ["rails.top_ups", "payouts.under_way"]


async def test_shops_shifts_campaigns_and_charges_come_first(hall: Hall) -> None:
    me, owner = await hall.sign_in(PHONE), await hall.sign_in(SELLER)
    shop = await hall.open_shop(me)
    await hall.give(me, 5_000)
    here = [{"kind": "shop", "id": shop["id"]}]
    wish = {"title": "Breakfast", "kind": "amount_off", "amount": 1, "budget": 5_000, "groups": here}
    days = {"first_day": today(), "last_day": today()}
    made = await hall.client.post("/api/v1/campaigns", json=wish | days, headers=me | fresh_key())
    assert made.status_code == 201, made.text
    await hall.client.post(f"/api/v1/shops/{shop['id']}/shifts", headers=me)
    other = await hall.open_shop(owner)
    await hall.ask_payer(me, other, 350)
    market = await hall.client.post("/api/v1/markets", json={"name": "西市", "city": "长安"}, headers=me)
    assert market.status_code == 201, market.text
    await hall.hire(owner, other, PHONE, "cashier")
    found = await in_the_way(hall, me)
    assert set(found) == {
        "payments.charges",
        "campaigns.running",
        "merchants.shifts",
        "merchants.shops",
        "merchants.staff",
        "merchants.markets",
    }
    payer = await hall.sign_in(FRIEND)
    await hall.give(payer, 300)
    await hall.pay(payer, code=shop["code"], amount=300)
    assert "merchants.takings" in await in_the_way(hall, me)


async def test_a_frozen_account_an_open_recovery_and_an_operator_come_first(hall: Hall) -> None:
    me = await hall.sign_in(PHONE)
    await hall.client.post("/api/v1/me/freeze", headers=me)
    one, _ = await operators(hall)
    resident = await id_of(hall, me)
    async with hall.pool.write() as conn:
        wish: dict[str, Any] = {"operator": one, "phone": PHONE, "note": "photo matches", "stolen": False}
        await open_recovery(conn, hall.settings, evidence=Evidence.PASSPORT, **wish)
        await people.add_operator(conn, resident)
    assert await in_the_way(hall, me) == ["people.frozen", "people.recovery", "people.operator"]


async def test_nobody_leaves_somebody_without_a_phone_alone(hall: Hall) -> None:
    me, friend = await hall.sign_in(PHONE), await hall.sign_in(FRIEND)
    one, two = await operators(hall)
    async with hall.pool.write() as conn:
        person = await people.join_without_phone(conn, name="王奶奶", currency="CNY")
        number = await counter.card(conn, resident=person, by=one)
    for phone in (PHONE, FRIEND):
        papers = counter.Papers(Kind.VOLUNTARY, phone, str(getattr(number, "number", number)), "mandate")
        async with hall.pool.write() as conn:
            wish = Wish(["wallet.read"], Caps(0, 0))
            link = await counter.see(conn, hall.settings, operator=one, papers=papers, wish=wish)
        async with hall.pool.write() as conn:
            await counter.confirm(conn, hall.settings, operator=two, link=link.id)
        assert (await in_the_way(hall, me)) == (["families.sole_holder"] if phone == PHONE else [])
    await close(hall, me)
    assert await in_the_way(hall, friend) == ["families.sole_holder"], "the other one is alone with it now"
    ((state,),) = await rows(
        hall, "select distinct state from families.links where holder = %s", await id_of_closed(hall)
    )
    assert state == "revoked"
    await hall.books_agree()


async def id_of_closed(hall: Hall) -> Any:
    ((resident,),) = await rows(hall, "select resident from closing.closings")
    return resident


async def test_consents_end_with_the_account(hall: Hall) -> None:
    me = await hall.sign_in(PHONE)
    (asked,) = [
        one
        for one in (await hall.client.get("/api/v1/me/consents", headers=me)).json()["agreements"]
        if one["code"] == "demo.pension_reminder"
    ]
    said = {"agreement": asked["code"], "words": asked["words"]}
    given = await hall.client.post("/api/v1/me/consents", json=said, headers=me)
    assert given.status_code == 200, given.text
    await close(hall, me)
    ((ending,),) = await rows(hall, "select ending from consent.consents")
    assert ending == "closed"
    await hall.books_agree()


def test_every_obstacle_is_declared_by_its_package_and_leads_somewhere() -> None:
    found = [(package.name, one) for package in packages(demo=False) for one in package.closing.obstacles]
    assert len(found) > 15
    codes = [one.code for _, one in found]
    assert len(set(codes)) == len(codes)
    for package, one in found:
        assert one.code.startswith(f"{package}."), one.code
        assert one.href.startswith("/"), one.code
        assert one.query.parameters == {"resident"}, one.code
    for one_package in packages(demo=False):
        for query in one_package.closing.ends:
            assert query.parameters <= {"resident", "now"}, query.name
            assert query.package == one_package.module
        for query in one_package.closing.erases:
            assert query.parameters <= {"resident", "phone"}, query.name
            assert query.package == one_package.module


async def test_a_stale_page_of_obstacles_is_asked_again_at_the_end(hall: Hall) -> None:
    """Whoever looked a minute ago and got money since is not closed with it."""
    me = await hall.sign_in(PHONE)
    assert await in_the_way(hall, me) == []
    await hall.give(me, 1)
    assert refusal(await hall.client.post(CLOSING, headers=me)) == (409, "closing.in_the_way")
