"""The pages of orders, staff and shifts, as browsers get them; and the receipt of both sides."""

import re
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.core.people.test_pages import Browser
from tests.hall import Hall

pytestmark = pytest.mark.anyio

OWNER, CASHIER, PAYER, STRANGER = "13900000001", "13900000002", "13900000003", "13900000004"


@pytest.fixture
async def shop(hall: Hall) -> dict[str, Any]:
    owner, payer = await hall.sign_in(OWNER), await hall.sign_in(PAYER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 10_000)
    return shop


async def browser(hall: Hall, phone: str) -> Browser:
    """A browser with cookies of its own: several people look at one hall here."""
    opened = Browser(hall)
    opened.client = httpx.AsyncClient(transport=hall.client._transport, base_url=hall.client.base_url)
    await opened.sign_in(phone)
    return opened


async def test_a_cashiers_day_from_the_invitation_to_the_receipt(hall: Hall, shop: dict[str, Any]) -> None:
    owner, cashier, payer = [await browser(hall, phone) for phone in (OWNER, CASHIER, PAYER)]
    at = f"/shops/{shop['id']}"
    invited = await owner.post(f"{at}/staff/invite", phone=CASHIER, role="cashier", shown_as="Cashier 2")
    assert invited.status_code == 303, invited.text[-3000:]
    assert invited.headers["location"] == f"{at}/staff"
    assert "139****0002" in (await owner.get(f"{at}/staff")).text
    offers = re.findall(r'href="(/invitations/[^"]+)"', (await cashier.get("/shops")).text)
    assert "Cashier 2" in (await cashier.get(offers[0])).text
    assert (await cashier.post(f"{offers[0]}/accept")).headers["location"] == at
    seen = (await cashier.get(at)).text
    assert (f'href="{at}/till"' in seen, f'href="{at}/staff"' in seen) == (True, False)
    assert (await cashier.get(f"{at}/payments")).status_code == 403

    shift = (await cashier.post(f"{at}/shifts")).headers["location"]
    made = await cashier.post(f"{at}/orders/new", amount="42.50", note="Table 5", request_key="one")
    order = made.headers["location"]
    twice = await cashier.post(f"{at}/orders/new", amount="42.50", note="Table 5", request_key="one")
    assert twice.headers["location"] == order, "a double tap is one order"
    waiting = (await cashier.get(order)).text
    assert ('data-refresh="1500"' in waiting, "<svg" in waiting, "Table 5" in waiting) == (True, True, True)

    headers = await hall.sign_in(CASHIER)
    code = (await hall.client.get(f"/api/v1{order}", headers=headers)).json()["code"]
    look = (await payer.get(f"/pay?code={quote(code)}")).headers["location"]
    confirm = (await payer.get(look)).text
    assert ("42.50" in confirm, "Table 5" in confirm, shop["name"] in confirm) == (True, True, True)
    key = re.findall(r'name="request_key" value="([^"]+)"', confirm)[0]
    cheaper = await payer.post("/pay", code=code, amount="1", request_key="cheaper")
    assert cheaper.status_code == 422
    paid = await payer.post("/pay", code=code, amount="4250", request_key=key)
    payment = paid.headers["location"].partition("?")[0]
    assert (await payer.get(look)).headers["location"] == payment, "coming back shows what was paid"
    assert (await payer.get(f"/pay?code={quote(code)}")).headers["location"] == payment
    over = (await cashier.get(order)).text
    assert ("data-refresh" in over, f'href="{payment}/receipt"' in over) == (False, True)

    given = await cashier.post(f"{payment}/refund", amount="2.50", reason="Sold out", request_key="back")
    assert given.headers["location"] == payment
    for side in (payer, owner, cashier):
        receipt = (await side.get(f"{payment}/receipt")).text
        for words in (shop["name"], "Cashier 2", "42.50", "−¥2.50", "40.00", "Sold out"):
            assert words in receipt, words
    assert (await (await browser(hall, STRANGER)).get(f"{payment}/receipt")).status_code == 404
    assert (await cashier.post(f"{shift}/close")).headers["location"] == shift
    closed = (await cashier.get(shift)).text
    assert ("42.50" in closed, "never change" in closed) == (True, True)

    assert (await cashier.post(f"{at}/leave")).headers["location"] == "/shops"
    assert (await cashier.get(f"{at}/till")).status_code == 404
    await hall.books_agree()


async def test_the_form_of_a_refund_holds_what_is_left(hall: Hall, shop: dict[str, Any]) -> None:
    owner, payer = await browser(hall, OWNER), await hall.sign_in(PAYER)
    paid = (await hall.pay(payer, code=shop["code"], amount=350)).json()
    at = f"/payments/{paid['id']}/refund"
    await owner.post(at, amount="1", reason="Sold out", request_key="one")
    form = (await owner.get((await owner.get(at)).headers["location"])).text
    assert 'value="2.50"' in form


async def test_the_limit_of_cashiers_is_typed_and_may_be_nothing(hall: Hall, shop: dict[str, Any]) -> None:
    owner = await browser(hall, OWNER)
    at = f"/shops/{shop['id']}"
    for typed, kept in (("12.5", "12.50"), ("0", "0.00")):
        assert (await owner.post(f"{at}/limits", amount=typed)).status_code == 303
        assert f'value="{kept}"' in (await owner.get(f"{at}/staff")).text
    for wrong in ("", "much", "-1"):
        refused = await owner.post(f"{at}/limits", amount=wrong)
        assert refused.status_code == 400


async def test_an_owner_changes_and_removes_somebody_on_their_page(hall: Hall, shop: dict[str, Any]) -> None:
    owner = await browser(hall, OWNER)
    await hall.hire(await hall.sign_in(OWNER), shop, CASHIER, "cashier", shown_as="Cashier 2")
    at = f"/shops/{shop['id']}/staff"

    async def worker() -> str:
        found = re.search(rf'href="({at}/[0-9a-f-]+)"', (await owner.get(at)).text)
        assert found
        return found[1]

    path = await worker()
    assert (await owner.post(path, role="king")).status_code == 400
    assert (await owner.post(path, role="manager", shown_as="Anna")).status_code == 303
    assert "Anna" in (await owner.get(await worker())).text
    assert (await owner.post(f"{await worker()}/remove")).status_code == 303
    assert "You work here alone" in (await owner.get(at)).text


async def test_a_closed_order_names_no_time_until_which_it_could_be_paid(hall: Hall, shop: dict[str, Any]) -> None:
    headers = await hall.sign_in(OWNER)
    made = await hall.client.post(f"/api/v1/shops/{shop['id']}/orders", json={"amount": 350}, headers=headers)
    path = f"/shops/{shop['id']}/orders/{made.json()['id']}"
    owner = await browser(hall, OWNER)
    await owner.post(f"{path}/close")
    shown = (await owner.get(path)).text
    assert "Closed: nobody paid it" in shown
    assert "Could be paid until" not in shown
