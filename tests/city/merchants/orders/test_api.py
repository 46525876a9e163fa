"""Orders over the API: an amount that is shown, scanned and paid once, or closed, or too late."""

import asyncio
import io
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import zxingcpp
from PIL import Image

from openhall.base import clock, events
from openhall.base.errors import Problem
from openhall.city.merchants.orders import api
from openhall.core import payments
from openhall.core.payments import codes
from openhall.core.payments.codes import mpm
from tests.hall import Hall, Headers, fresh_key

pytestmark = pytest.mark.anyio

OWNER, PAYER, OTHER = "13900000001", "13900000002", "13900000003"


class Stall:
    """A shop that asks for amounts, and somebody with 10.00 in the wallet."""

    def __init__(self, hall: Hall, owner: Headers, payer: Headers, shop: dict[str, Any]) -> None:
        self.hall, self.owner, self.payer, self.shop = hall, owner, payer, shop

    @property
    def path(self) -> str:
        return f"/api/v1/shops/{self.shop['id']}/orders"

    async def ask(self, amount: int = 350, headers: Headers | None = None, **more: Any) -> Any:
        body = {"amount": amount} | more
        return await self.hall.client.post(self.path, json=body, headers=headers or self.owner)

    async def state(self, order: str) -> str:
        found = await self.hall.client.get(f"{self.path}/{order}", headers=self.owner)
        return str(found.json()["state"])

    async def close(self, order: str) -> Any:
        return await self.hall.client.post(f"{self.path}/{order}/close", headers=self.owner)

    async def look(self, code: str, headers: Headers | None = None) -> Any:
        wanted = {"payload": code}
        return await self.hall.client.get("/api/v1/codes/resolve", params=wanted, headers=headers or self.payer)


@pytest.fixture
async def stall(hall: Hall) -> Stall:
    owner, payer = await hall.sign_in(OWNER), await hall.sign_in(PAYER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 1000)
    return Stall(hall, owner, payer, shop)


async def test_an_order_is_scanned_and_paid_once_and_the_shop_is_told_its_reference(stall: Stall) -> None:
    made = await stall.ask(350, reference="A-17", note="Table 5", expires_in=600)
    assert made.status_code == 201, made.text
    order = made.json()
    assert (order["state"], order["amount"], order["payment"]) == ("open", 350, None)
    seen = (await stall.look(order["code"])).json()
    assert (seen["name"], seen["order"]["amount"], seen["order"]["note"]) == (stall.shop["name"], 350, "Table 5")
    assert seen["order"]["expires_at"] == order["expires_at"]
    paid = await stall.hall.pay(stall.payer, code=order["code"])
    assert paid.status_code == 201, paid.text
    assert (paid.json()["order_id"], paid.json()["amount"]) == (order["id"], 350)
    shown = (await stall.hall.client.get(f"{stall.path}/{order['id']}", headers=stall.owner)).json()
    assert (shown["state"], shown["payment"]["id"]) == ("paid", paid.json()["id"])
    again = await stall.hall.pay(stall.payer, code=order["code"])
    assert (again.status_code, again.json()["code"]) == (422, "payments.order_paid")
    async with stall.hall.pool.read() as conn:
        (event,) = await events.after(conn, f"shop:{stall.shop['id']}", 0)
    assert (event.type, event.data["reference"]) == ("payment.succeeded", "A-17")
    assert await stall.hall.balance(stall.payer) == 650
    await stall.hall.books_agree()


async def test_an_order_is_also_paid_by_its_id(stall: Stall) -> None:
    order = (await stall.ask(350)).json()
    paid = await stall.hall.pay(stall.payer, order_id=order["id"], amount=350)
    assert (paid.status_code, await stall.state(order["id"])) == (201, "paid")


async def test_the_code_is_a_dynamic_one_of_the_standard_and_reads_from_a_picture(stall: Stall) -> None:
    order = (await stall.ask(123_456)).json()
    read = mpm.parse(order["code"])
    assert (read.dynamic, read.amount, read.warnings) == (True, 123_456, ())
    assert read.value("54") == "1234.56"
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(codes.png(order["code"]))))
    assert found.text == order["code"]


async def test_the_payer_cannot_change_the_amount(stall: Stall) -> None:
    order = (await stall.ask(350)).json()
    refused = await stall.hall.pay(stall.payer, code=order["code"], amount=1)
    assert (refused.status_code, refused.json()["code"]) == (422, "payments.amount_differs")
    cheaper = order["code"].replace("54043.50", "54040.01")
    body = cheaper[: cheaper.rindex("6304")]
    forged = await stall.hall.pay(stall.payer, code=mpm.seal(body))
    assert (forged.status_code, forged.json()["amount"]) == (201, 350), "what counts is what the shop asked for"


async def test_the_same_reference_finds_the_first_order_and_another_wish_is_refused(stall: Stall) -> None:
    first = await stall.ask(350, reference="A-17", note="Table 5")
    assert (await stall.ask(350, reference="A-17", note="Table 5")).json() == first.json()
    for changed in ({"amount": 351}, {"note": "Table 6"}, {"expires_in": 60}):
        refused = await stall.ask(**({"amount": 350, "reference": "A-17", "note": "Table 5"} | changed))  # type: ignore[arg-type]
        assert (refused.status_code, refused.json()["code"]) == (409, "payments.order_reference_taken")
    neighbour = await stall.hall.open_shop(stall.owner, "Next door")
    path = f"/api/v1/shops/{neighbour['id']}/orders"
    own = await stall.hall.client.post(path, json={"amount": 1, "reference": "A-17"}, headers=stall.owner)
    assert own.status_code == 201, "a reference is a shop's own"


async def test_racing_requests_with_one_reference_make_one_order(stall: Stall) -> None:
    made = await asyncio.gather(*(stall.ask(350, reference="A-17") for _ in range(20)))
    assert {answer.status_code for answer in made} == {201}
    assert len({answer.json()["id"] for answer in made}) == 1


async def test_the_key_answers_the_same_order(stall: Stall) -> None:
    key = stall.owner | fresh_key()
    first, again = await stall.ask(350, key), await stall.ask(350, key)
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (await stall.ask(351, key)).json()["code"] == "hall.idempotency_key_reused"


async def test_a_closed_order_is_paid_by_nobody_and_closing_twice_is_closing_once(stall: Stall) -> None:
    order = (await stall.ask(350)).json()
    closed = [(await stall.close(order["id"])).json()["state"] for _ in range(2)]
    assert closed == ["closed", "closed"]
    refused = await stall.hall.pay(stall.payer, code=order["code"])
    assert (refused.status_code, refused.json()["code"]) == (422, "payments.order_closed")
    assert (await stall.look(order["code"])).json()["code"] == "payments.order_closed"


async def test_a_paid_order_is_not_closed(stall: Stall) -> None:
    order = (await stall.ask(350)).json()
    await stall.hall.pay(stall.payer, code=order["code"])
    refused = await stall.close(order["id"])
    assert (refused.status_code, refused.json()["code"]) == (422, "payments.order_paid")


async def test_pitfall_7_closing_and_paying_race_and_exactly_one_wins(stall: Stall) -> None:
    won = []
    for _ in range(12):
        order = (await stall.ask(10)).json()
        paid, closed = await asyncio.gather(stall.hall.pay(stall.payer, code=order["code"]), stall.close(order["id"]))
        state = await stall.state(order["id"])
        assert (paid.status_code, closed.status_code, state) in {(201, 422, "paid"), (422, 200, "closed")}
        won.append(state)
    assert await stall.hall.balance(stall.payer) == 1000 - 10 * won.count("paid")
    await stall.hall.books_agree()


async def test_pitfall_1_a_hundred_racing_payers_pay_an_order_once(stall: Stall) -> None:
    order = (await stall.ask(10)).json()
    answers = await asyncio.gather(*(stall.hall.pay(stall.payer, code=order["code"]) for _ in range(100)))
    assert [answer.status_code for answer in answers].count(201) == 1
    assert await stall.hall.balance(stall.payer) == 990
    await stall.hall.books_agree()


async def test_pitfall_13_an_order_ends_at_its_instant(stall: Stall) -> None:
    order = (await stall.ask(350, expires_in=30)).json()
    with clock.at(clock.now() + timedelta(seconds=31)):
        assert await stall.state(order["id"]) == "expired"
        assert (await stall.look(order["code"])).json()["code"] == "payments.order_expired"
        refused = await stall.hall.pay(stall.payer, code=order["code"])
        assert (refused.status_code, refused.json()["code"]) == (422, "payments.order_expired")
        assert (await stall.close(order["id"])).json()["state"] == "closed"
    assert await stall.hall.balance(stall.payer) == 1000


async def test_the_orders_of_a_closed_shop_can_no_longer_be_paid(stall: Stall) -> None:
    order = (await stall.ask(350)).json()
    await stall.hall.client.post(f"/api/v1/shops/{stall.shop['id']}/close", headers=stall.owner)
    refused = await stall.hall.pay(stall.payer, order_id=order["id"])
    assert (refused.status_code, refused.json()["code"]) == (422, "payments.order_closed")
    none = await stall.ask(350)
    assert (none.status_code, none.json()["code"]) == (422, "merchants.shop_closed")
    await stall.hall.books_agree()


async def test_asking_and_closing_the_shop_race_and_no_order_is_left_open(stall: Stall) -> None:
    path = f"/api/v1/shops/{stall.shop['id']}/close"
    answers = await asyncio.gather(
        *(stall.ask(350) for _ in range(10)), stall.hall.client.post(path, headers=stall.owner)
    )
    for answer in answers[:10]:
        if answer.status_code == 201:
            assert await stall.state(answer.json()["id"]) == "closed"
    await stall.hall.books_agree()


async def test_codes_that_name_no_order_here_say_why(stall: Stall) -> None:
    order = (await stall.ask(350)).json()
    read = codes.read(order["code"])
    assert isinstance(read, codes.OrderCode)
    body = order["code"][: order["code"].rindex("6304")]
    unknown = mpm.seal(body.replace(read.code, codes.new_id()))
    other_hall = mpm.seal(body.replace("0107changan", "0107luoyang"))
    for code, expected in (
        (unknown, "payments.code_unknown"),
        (other_hall, "payments.code_of_other_hall"),
        (order["code"][:-1] + "G", "payments.code_damaged"),
    ):
        paid, seen = await stall.hall.pay(stall.payer, code=code, amount=350), await stall.look(code)
        assert (paid.status_code, paid.json()["code"]) == (422, expected)
        assert (seen.status_code, seen.json()["code"]) == (422, expected)


async def test_nobody_pays_the_order_of_their_own_shop(stall: Stall) -> None:
    order = (await stall.ask(350)).json()
    await stall.hall.give(stall.owner, 1000)
    assert (await stall.hall.pay(stall.owner, code=order["code"])).json()["code"] == "payments.own_shop"
    assert (await stall.look(order["code"], stall.owner)).json()["code"] == "payments.own_shop"


@pytest.mark.parametrize(
    "wrong",
    [{"amount": 0}, {"amount": 10**12}, {"amount": 3.5}, {"expires_in": 29}, {"expires_in": 604_801},
     {"reference": ""}, {"reference": "x" * 65}, {"reference": "a\nb"}, {"note": "x" * 41}, {"more": 1}],
)  # fmt: skip
async def test_a_wish_that_is_none_is_malformed(stall: Stall, wrong: dict[str, Any]) -> None:
    refused = await stall.ask(**({"amount": 350} | wrong))
    assert (refused.status_code, refused.json()["code"]) == (400, "hall.malformed")


async def test_a_note_that_hides_something_is_refused(stall: Stall) -> None:
    assert (await stall.ask(350, note="gnaW\u202e")).json()["code"] == "merchants.note_invalid"


async def test_orders_are_listed_newest_first_and_the_last_page_says_so_when_it_is_just_full(
    stall: Stall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "PAGE", 2)
    made = [(await stall.ask(n)).json()["id"] for n in range(1, 5)]
    first = (await stall.hall.client.get(stall.path, headers=stall.owner)).json()
    rest = await stall.hall.client.get(stall.path, params={"cursor": first["next_cursor"]}, headers=stall.owner)
    assert [[order["id"] for order in page["orders"]] for page in (first, rest.json())] == [made[:1:-1], made[1::-1]]
    assert rest.json()["next_cursor"] is None


async def test_the_order_of_another_shop_is_not_there(stall: Stall) -> None:
    other = await stall.hall.sign_in(OTHER)
    theirs = await stall.hall.open_shop(other, "Elsewhere")
    order = (await stall.ask(350)).json()
    path = f"/api/v1/shops/{theirs['id']}/orders/{order['id']}"
    for answer in (
        await stall.hall.client.get(path, headers=other),
        await stall.hall.client.post(f"{path}/close", headers=other),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "payments.order_not_found")
    assert await stall.state(order["id"]) == "open"


async def test_whoever_asked_is_known_as_who_took_the_payment(stall: Stall) -> None:
    cashier = await stall.hall.hire(stall.owner, stall.shop, OTHER, "cashier")
    me = (await stall.hall.client.get("/api/v1/me", headers=cashier)).json()["id"]
    order = (await stall.ask(350, cashier)).json()
    paid = (await stall.hall.pay(stall.payer, code=order["code"])).json()
    async with stall.hall.pool.read() as conn:
        found = await payments.payment(conn, id=UUID(paid["id"]), resident=UUID(me), desks=stall.hall.desks)
    assert found.taken_by == UUID(me)


async def test_the_code_of_an_order_is_no_code_of_a_shop(stall: Stall) -> None:
    order = (await stall.ask(350)).json()
    async with stall.hall.pool.read() as conn:
        with pytest.raises(Problem) as refused:
            await payments.resolve(conn, stall.hall.sources, order["code"])
    assert refused.value.code == "payments.code_of_order"


async def test_nobody_asks_for_more_than_the_hall_allows(stall: Stall) -> None:
    most = stall.hall.settings.payment_max
    refused = await stall.ask(most + 1)
    assert (refused.status_code, refused.json()["code"]) == (422, "payments.above_hall_limit")
    assert (await stall.ask(most)).status_code == 201
