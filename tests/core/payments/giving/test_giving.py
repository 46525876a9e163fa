"""Money for whom somebody acts for: out of the holder's own wallet, at once, seen by both, and for nobody else."""

import re
from typing import Any

import httpx
import pytest

from tests.core.families.stage import ALL, DAUGHTERS, Family, family
from tests.core.people.names.people import CHILD, XIAOMING, be, id_of
from tests.core.people.pins.steps import PIN, has_pin
from tests.hall import Hall, Headers, fresh_key
from tests.house.visitor import enter

pytestmark = pytest.mark.anyio


async def _give(hall: Hall, who: Headers, link: str, amount: int, **more: Any) -> httpx.Response:
    body = {"amount": amount} | more
    headers = {**fresh_key(), **who}
    return await hall.client.post(f"/api/v1/families/links/{link}/money", json=body, headers=headers)


async def _home(hall: Hall) -> tuple[Family, str]:
    """The daughter has 1,000.00 of her own, and may act for her father."""
    home = await family(hall)
    await hall.give(home.daughter, 100_000)
    return home, await home.linked()


def _hidden(page: str) -> dict[str, str]:
    form = page[page.index('<form class="form') :]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))


async def test_a_child_without_a_phone_gets_money_and_it_is_there_at_once(hall: Hall) -> None:
    parent = await hall.sign_in(DAUGHTERS)
    assert (await be(hall, parent, XIAOMING)).status_code == 200
    await has_pin(hall, parent)
    await hall.give(parent, 50_000)
    said = {"name": CHILD.name, "national_id": CHILD.national_id, "scopes": ALL}
    limits = {"limits": {"payment_max": 10_000, "month_max": 10_000}}
    link = (await hall.client.post("/api/v1/families/children", json=said | limits, headers=parent)).json()
    given = await _give(hall, parent, link["id"], 20_000, pin=PIN)
    assert given.status_code == 201, given.text
    assert (given.json()["state"], given.json()["can_be_undone"], given.json()["to"]) == (
        "completed",
        False,
        CHILD.name,
    )
    theirs = await hall.client.get("/api/v1/wallet", headers=parent | {"On-Behalf-Of": link["dependant"]})
    assert theirs.json()["balance"] == 20_000
    assert await hall.balance(parent) == 30_000
    await hall.books_agree()


async def test_the_same_key_gives_once_and_needs_the_pin_as_every_transfer(hall: Hall) -> None:
    home, link = await _home(hall)
    asked = await _give(hall, home.daughter, link, 5_000)
    assert asked.json()["code"] == "payments.proof_needed"
    key = fresh_key()
    for _ in range(2):
        given = await _give(hall, home.daughter | key, link, 5_000, pin=PIN)
        assert given.status_code == 201, given.text
    assert (await hall.balance(home.daughter), await hall.balance(home.father)) == (95_000, 105_000)


async def test_only_whoever_acts_gives_and_only_while_the_link_lives(hall: Hall) -> None:
    home, link = await _home(hall)
    assert (await _give(hall, home.father, link, 100)).json()["code"] == "families.link_not_found"
    stranger = await hall.sign_in("13800000007")
    assert (await be(hall, stranger, XIAOMING)).status_code == 200
    assert (await _give(hall, stranger, link, 100)).status_code == 404
    await home.revoke(link)
    assert (await _give(hall, home.daughter, link, 100, pin=PIN)).json()["code"] == "families.link_not_found"
    assert await hall.balance(home.father) == 100_000


async def test_who_has_too_little_is_told_that_nothing_moved(hall: Hall) -> None:
    home, link = await _home(hall)
    refused = await _give(hall, home.daughter, link, 100_001, pin=PIN)
    assert refused.json()["code"] == "payments.insufficient_funds"
    assert await hall.balance(home.daughter) == 100_000


async def test_a_payment_that_lacks_money_leads_to_their_wallet_and_back(hall: Hall) -> None:
    """While acting, "top up" would fill the wrong wallet, and come back to the same refusal."""
    home, link = await _home(hall)
    await enter(hall, DAUGHTERS)
    client, english = hall.client, {"Accept-Language": "en"}

    async def post(path: str, **form: str) -> httpx.Response:
        data = {"_csrf_token": client.cookies["openhall_csrf"]} | form
        return await client.post(path, data=data, headers=english)

    await post("/family/acting", who=str(home.father_id), next="/wallet")
    short = (await client.get(f"/pay/confirm?code={home.shop['short_code']}&amount=1500", headers=english)).text
    assert "/wallet/top-up" not in short
    assert short.index("Their balance is not enough") < short.index("Balance now"), "the reason comes first"
    way = next(one for one in re.findall(r'href="([^"]+)"', short) if one.startswith(f"/family/links/{link}/money"))
    form = await client.get(way, headers=english)
    assert "This page is about yourself" in form.text, "it is her own money"
    back = _hidden(form.text)["next"]
    wrong = await client.get(f"/family/links/{link}/money/confirm?amount=zero", headers=english)
    assert wrong.status_code == 400
    sure = await client.get(f"/family/links/{link}/money/confirm?amount=600&next=/wallet", headers=english)
    assert "¥400.00" in sure.text, "what she has afterwards"
    guessed = await post(f"/family/links/{link}/money", **(_hidden(sure.text) | {"pin": "975310"}))
    assert (guessed.status_code, 'name="pin"' in guessed.text) == (403, True)
    fresh = _hidden(guessed.text)
    done = await post(f"/family/links/{link}/money", **(fresh | {"pin": PIN, "next": "/wallet"}))
    assert (done.status_code, done.headers["Location"]) == (303, "/wallet"), done.text
    assert back.startswith("/pay/confirm")
    assert await hall.balance(home.father) == 160_000


async def test_what_was_given_stands_in_both_wallets_and_the_father_is_told(hall: Hall) -> None:
    home, link = await _home(hall)
    given = (await _give(hall, home.daughter, link, 5_000, pin=PIN)).json()
    for who in (home.daughter, home.father):
        seen = await hall.client.get(f"/api/v1/transfers/{given['id']}", headers=who)
        assert seen.json()["state"] == "completed"
    told = (await hall.client.get("/api/v1/messages", headers=home.father)).json()["messages"]
    assert any("¥50" in message["title"] for message in told)
    undone = await hall.client.post(f"/api/v1/transfers/{given['id']}/undo", headers=home.daughter)
    assert undone.json()["code"] == "payments.transfer_over"
    assert await id_of(hall, home.father) == home.father_id
