"""The pages of closing, without a script: a resident leaves, and two operators let them come back."""

from datetime import timedelta

import pytest

from openhall.base import clock, db
from openhall.core import people
from tests.core.closing.stage import ONE, PHONE, SELLER, TWO, closing_of, rows
from tests.core.people.pins.steps import id_of
from tests.core.rails.test_pages import Person
from tests.hall import Hall, fresh_key

pytestmark = pytest.mark.anyio
PAGE = "/me/closing"


async def _operator(conn: db.Conn, phone: str) -> None:
    found = await people.resident_with(conn, f"+86{phone}")
    assert found is not None
    await people.add_operator(conn, found.id)


async def test_a_person_reads_what_is_in_the_way_then_closes_and_is_gone(hall: Hall) -> None:
    me = await hall.sign_in(PHONE)
    await hall.give(me, 500)
    person = Person(hall)
    await person.sign_in(PHONE)
    assert f'href="{PAGE}"' in (await person.look("/me")).text
    page = (await person.look(PAGE)).text
    assert "There is money in your wallet: ¥5.00" in page
    assert "I have read this" not in page, "there is no button before its time"
    shop = await hall.open_shop(await hall.sign_in(SELLER))
    await hall.pay(me, code=shop["code"], amount=500)
    page = (await person.look(PAGE)).text
    assert 'href="/me/export"' in page, "a copy is offered first"
    assert "For 90 days nobody can join with your number or address." in page
    refused = await person.send(PAGE)
    assert refused.status_code == 400
    assert "You have not said that you read what closing means." in refused.text
    with clock.at(clock.now() + timedelta(minutes=6)):
        stale = await person.send(PAGE, read="1")
        assert (stale.status_code, stale.headers["location"].startswith("/step-up")) == (303, True)
    done = await person.send(PAGE, read="1")
    assert (done.status_code, done.headers["location"]) == (303, "/closed")
    assert "The account is closed" in (await person.look("/closed")).text
    assert (await hall.client.get("/me", follow_redirects=False)).headers["location"].startswith("/sign-in")
    await hall.books_agree()


async def test_two_operators_bring_somebody_back_on_their_pages(hall: Hall) -> None:
    owner, me = await hall.sign_in(SELLER), await hall.sign_in(PHONE)
    resident = await id_of(hall, me)
    shop = await hall.open_shop(owner)
    await hall.give(me, 700)
    paid = (await hall.pay(me, code=shop["code"], amount=700)).json()["id"]
    await hall.client.post("/api/v1/me/closing", headers=me)
    back = {"amount": 700, "reason": "Sold out"}
    await hall.client.post(f"/api/v1/payments/{paid}/refunds", json=back, headers=owner | fresh_key())
    case = f"/operator/closings/{await closing_of(hall, resident)}"
    for phone in (ONE, TWO):
        await hall.sign_in(phone)
    async with hall.pool.write() as conn:
        for phone in (ONE, TWO):
            await _operator(conn, phone)
    first = Person(hall)
    await first.sign_in(ONE)
    listed = (await first.look("/operator/closings")).text
    assert case in listed
    assert "7.00" in listed, "what came afterwards is seen"
    assert "No closed account" in (await first.look("/operator/closings?address=13999999999")).text
    assert case in (await first.look(f"/operator/closings?address={PHONE}")).text
    await first.look(case)
    refused = await first.send(f"{case}/ask", seen=" ")
    assert (refused.status_code, "What you saw is missing." in refused.text) == (400, True)
    assert (await first.send(f"{case}/ask", seen="identity card")).headers["location"] == case
    assert "A colleague must reopen it" in (await first.look(case)).text
    await first.look("/me")
    assert (await first.send(f"{case}/reopen")).status_code == 422, "not by the same one"
    hall.client.cookies.clear()
    second = Person(hall)
    await second.sign_in(TWO)
    await second.look(case)
    assert (await second.send(f"{case}/reopen")).headers["location"] == case
    assert "Reopened" in (await second.look(case)).text
    again = await hall.sign_in(PHONE)
    assert await hall.balance(again) == 700
    looks = await rows(hall, "select distinct look from people.accesses where resident = %s", resident)
    assert ("closing.closing",) in looks, "and who was looked at reads of it"
    await hall.books_agree()
