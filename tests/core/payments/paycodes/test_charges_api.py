"""A payer's own program answers charges that wait: looks, says yes or no."""

from typing import Any
from uuid import uuid4

import pytest

from tests.city.campaigns.sponsor import Sponsor
from tests.core.payments.charging.stage import OTHER, Stage, set_up
from tests.hall import Hall, Headers, fresh_key

pytestmark = pytest.mark.anyio

LARGE = 500_000


async def waiting(hall: Hall) -> tuple[Stage, str]:
    """A large charge that waits, and its id."""
    stage = await set_up(hall, money=1_000_000)
    charged = await stage.charge(await stage.code(), LARGE)
    assert charged.status_code == 202, charged.text
    return stage, str(charged.json()["id"])


async def listed(stage: Stage, payer: Headers | None = None) -> list[dict[str, Any]]:
    answer = await stage.hall.client.get("/api/v1/me/charges", headers=payer or stage.payer)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["charges"]
    return found


async def say(
    stage: Stage, charge: str, word: str, by: Headers | None = None, key: Headers | None = None, **body: Any
) -> Any:
    path = f"/api/v1/me/charges/{charge}/{word}"
    given = body if word == "confirm" else None
    return await stage.hall.client.post(path, json=given, headers=(by or stage.payer) | (key or fresh_key()))


async def test_a_payer_finds_the_charge_says_yes_and_has_paid_once(hall: Hall) -> None:
    stage, charge = await waiting(hall)
    (found,) = await listed(stage)
    assert (found["id"], found["state"], found["amount"], found["paid"]) == (charge, "waiting", LARGE, LARGE)
    assert found["shop"] == {"id": stage.shop["id"], "name": "王记早餐"}
    key = fresh_key()
    paid, again = [await say(stage, charge, "confirm", key=key, expected_paid=LARGE) for _ in range(2)]
    assert (paid.status_code, paid.json()["id"], paid.json()["paid"]) == (201, charge, LARGE)
    assert again.json() == paid.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    late = await say(stage, charge, "confirm")
    assert (late.status_code, late.json()["code"]) == (422, "payments.charge_ended")
    assert await listed(stage) == []
    assert await hall.balance(stage.payer) == 1_000_000 - LARGE
    await hall.books_agree()


async def test_a_payer_says_no_and_nothing_is_paid(hall: Hall) -> None:
    stage, charge = await waiting(hall)
    for _ in range(2):
        refused = await say(stage, charge, "refuse")
        assert (refused.status_code, refused.json()["state"], refused.json()["paid"]) == (200, "refused", None)
    assert (await stage.look(charge)).json()["state"] == "refused"
    late = await say(stage, charge, "confirm")
    assert (late.status_code, late.json()["code"]) == (422, "payments.charge_ended")
    assert await hall.balance(stage.payer) == 1_000_000
    await hall.books_agree()


async def test_the_price_with_its_offer_is_shown_and_no_more_is_paid(hall: Hall) -> None:
    stage, charge = await waiting(hall)
    sponsor = await Sponsor.enter(hall)
    campaign = await sponsor.run(amount=9_900, budget=10_000)
    (found,) = await listed(stage)
    assert (found["paid"], found["discount"], found["offer"]) == (490_100, 9_900, "Friday breakfast")
    await sponsor.post(campaign["id"], "end")
    gone = await say(stage, charge, "confirm", expected_paid=490_100)
    assert (gone.status_code, gone.json()["code"]) == (422, "payments.offer_gone")
    assert (await say(stage, charge, "confirm", expected_paid=LARGE)).status_code == 201


async def test_nobody_else_finds_or_answers_a_charge(hall: Hall) -> None:
    stage, charge = await waiting(hall)
    other = await hall.sign_in(OTHER)
    assert await listed(stage, other) == []
    for id_, by in ((charge, other), (charge, stage.owner), (str(uuid4()), stage.payer)):
        answers = [await say(stage, id_, word, by) for word in ("confirm", "refuse")]
        answers.append(await hall.client.get(f"/api/v1/me/charges/{id_}", headers=by))
        assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {
            (404, "payments.charge_not_found")
        }
    assert (await listed(stage))[0]["id"] == charge
