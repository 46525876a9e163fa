"""The pages of card money: to the processor's page and back, and home again, all without script."""

import re
from datetime import timedelta
from uuid import UUID

import pytest

from tests.core.cards.stage import VISITOR, Stage
from tests.hall import Hall
from tests.house.visitor import enter

pytestmark = pytest.mark.anyio
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
async def stage(hall: Hall) -> Stage:
    """A visitor who is signed in on the pages and at the API."""
    me = await hall.sign_in(VISITOR)
    await enter(hall, VISITOR)
    return Stage(hall, me)


def key_in(text: str) -> str:
    (found,) = re.findall(r'name="request_key" value="([^"]+)"', text)
    return str(found)


async def test_a_visitor_tops_up_by_card_and_takes_the_rest_home(stage: Stage) -> None:
    client = stage.hall.client
    token = {"_csrf_token": client.cookies["openhall_csrf"]}
    wallet = await client.get("/wallet")
    assert "Top up by card" in wallet.text, "a visitor from abroad is spoken to in English"
    form = await client.get("/wallet/card", follow_redirects=True)
    sent = {"amount": "80.00", "request_key": key_in(form.text)}
    began = await client.post("/wallet/card", data=token | sent)
    assert began.status_code == 303
    again = await client.post("/wallet/card", data=token | sent)
    assert again.headers["Location"] == began.headers["Location"], "a double tap is one top-up"
    path = began.headers["Location"]
    assert "is being made" in (await client.get(path)).text
    top_up = UUID(path.rpartition("/")[2])
    page = (await stage.advance(top_up))["page"]
    assert page.split("?")[0] in (await client.get(path)).text
    stage.pay(page)
    assert "Waiting for your card" in (await client.get(f"{path}?back=1")).text
    await stage.advance(top_up, timedelta(minutes=1))
    done = await client.get(path)
    assert "The money is in your wallet" in done.text
    assert "4242" in done.text

    leaving = await client.get("/me/leaving", follow_redirects=True)
    assert "Give it back to my card" in leaving.text
    gone = await client.post("/me/leaving", data=token | {"request_key": key_in(leaving.text)})
    assert gone.status_code == 303, gone.text
    assert "On its way back to your card" in (await client.get(gone.headers["Location"])).text
    await stage.give_back()
    statement = await client.get(gone.headers["Location"])
    assert "Given to the card" in statement.text
    assert "80.00" in statement.text
    entries = await client.get("/wallet")
    assert "Back to your card" in entries.text
    await stage.hall.books_agree()


async def test_what_is_wrong_is_said_on_the_form(stage: Stage) -> None:
    client = stage.hall.client
    token = {"_csrf_token": client.cookies["openhall_csrf"]}
    too_much = await client.post("/wallet/card", data=token | {"amount": "99999", "request_key": "k1"})
    assert too_much.status_code == 422
    assert "more than one top-up by card" in too_much.text
    nothing = await client.post("/me/leaving", data=token | {"request_key": "k2"})
    assert nothing.status_code == 422
    assert "came from a card" in nothing.text
    empty = await client.get("/me/leaving", follow_redirects=True)
    assert "Nothing from a card" in empty.text


async def test_a_decline_says_why(stage: Stage) -> None:
    top_up = await stage.start()
    stage.pay((await stage.advance(top_up))["page"], "4000000000009995")
    await stage.advance(top_up, timedelta(minutes=1))
    page = await stage.hall.client.get(f"/wallet/card/{top_up}")
    assert "not enough money on the card" in page.text
    assert "Nothing was added" in page.text
