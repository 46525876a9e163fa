"""Acting for somebody: within the scopes, while the link lives, seen by both, and telling nobody who is there."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from openhall.base import clock
from openhall.core.families.actions import keeping
from tests.core.families.stage import CAPS, FATHERS, LINKS, STRANGERS, Family, family
from tests.core.people.names.people import DAUGHTER
from tests.core.people.pins.steps import refusal, told
from tests.hall import Hall, fresh_key

pytestmark = pytest.mark.anyio
STRANGER = (404, "families.not_linked")


@pytest.fixture
async def home(hall: Hall) -> Family:
    return await family(hall)


async def test_a_daughter_pays_for_her_father_and_both_see_it(home: Family) -> None:
    await home.linked()
    paid = await home.pay(350)
    assert paid.status_code == 201, paid.text
    body = paid.json()
    pair = {"actor": str(home.daughter_id), "subject": str(home.father_id)}
    assert body["on_behalf"] == pair
    assert (await home.hall.balance(home.father), await home.hall.balance(home.daughter)) == (99_650, 0)
    for who in (home.father, home.daughter):
        seen = await home.get(f"/payments/{body['id']}", who)
        assert (seen.status_code, seen.json()["on_behalf"]) == (200, pair)
        (act,) = (await home.get("/families/acts", who)).json()["acts"]
        assert (act["about"], act["amount"], act["title"]) == (body["id"], 350, home.shop["name"])
        assert (act["actor"], act["subject"]) == (pair["actor"], pair["subject"])
    seller = await home.hall.sign_in("13800000003")
    assert (await home.get(f"/payments/{body['id']}", seller)).json()["on_behalf"] is None
    assert (await told(home.hall, home.father))[-1] == "families.paid"
    assert "families.paid" not in await told(home.hall, home.daughter)
    await home.hall.books_agree()


async def test_the_wallet_and_messages_are_read_and_it_is_written_once_a_day(home: Family) -> None:
    await home.linked()
    assert (await home.get("/wallet")).json()["balance"] == 100_000
    assert (await home.get("/wallet/entries")).json()["entries"][0]["amount"] == 100_000
    messages = (await home.get("/messages")).json()
    assert messages["unread"] > 0
    assert (await home.get(f"/messages/{messages['messages'][0]['id']}")).status_code == 200
    assert (await home.get("/messages")).json()["unread"] == messages["unread"], "looking marks nothing as read"
    acts = (await home.get("/families/acts", home.father)).json()["acts"]
    assert sorted(act["scope"] for act in acts) == ["messages.read", "wallet.read"]
    await home.hall.books_agree()


async def test_everybody_who_does_not_act_for_them_gets_a_strangers_answer(home: Family) -> None:
    """Of a person who never was, one who has no link, a proposal, a link of somebody else, and what is no id."""
    await home.linked()
    stranger = await home.hall.sign_in(STRANGERS)
    stranger_id = (await home.get("/me", stranger)).json()["id"]
    proposed = await home.propose(dependant=STRANGERS)
    assert proposed.status_code == 201
    answers = []
    for headers in (
        home.behalf(subject=uuid4()),
        home.behalf(subject=stranger_id),
        home.behalf(stranger),
        home.behalf(home.father, home.daughter_id),
        home.behalf(subject="no id"),
        home.behalf(subject=home.daughter_id),
    ):
        answers.append(await home.get("/wallet", headers))
        answers.append(await home.get("/messages", headers))
        wish = {"code": home.shop["code"], "amount": 100}
        answers.append(await home.hall.client.post("/api/v1/payments", json=wish, headers=headers | fresh_key()))
    assert {refusal(answer) for answer in answers} == {STRANGER}
    assert len({answer.text for answer in answers}) == 1, "word by word the same"
    assert await home.hall.balance(home.father) == 100_000
    await home.hall.books_agree()


async def test_a_link_that_ended_is_refused_like_one_that_never_was(home: Family) -> None:
    never = await home.get("/wallet", home.behalf(subject=uuid4()))
    link = await home.linked(ends=str(date.today() + timedelta(days=3)))  # noqa: DTZ011  a day of the test's own
    assert (await home.get("/wallet")).status_code == 200
    with clock.at(clock.now() + timedelta(days=5)):
        for answer in (await home.get("/wallet"), await home.pay(100)):
            assert (refusal(answer), answer.text) == (STRANGER, never.text)
        async with home.hall.pool.write() as conn:
            assert (await keeping.expire(conn), await keeping.expire(conn)) == (1, 0)
        assert (await home.get(f"/families/links/{link}", home.father)).json()["state"] == "expired"
        assert (await told(home.hall, home.daughter))[-1] == "families.ended"
    await home.hall.books_agree()


async def test_one_tap_ends_it_for_the_next_request(home: Family) -> None:
    link = await home.linked()
    key = str(uuid4())
    first = await home.pay(100, key)
    assert (await home.revoke(link)).json()["state"] == "revoked"
    for answer in (await home.get("/wallet"), await home.pay(100)):
        assert refusal(answer) == STRANGER
    again = await home.pay(100, key)
    assert (again.status_code, again.json()) == (201, first.json()), "what was answered is answered again"
    assert refusal(await home.revoke(link)) == (404, "families.link_not_found")
    assert await home.hall.balance(home.father) == 99_900
    assert (await told(home.hall, home.daughter))[-1] == "families.ended"
    (act,) = (await home.get("/families/acts", home.daughter)).json()["acts"]
    assert act["amount"] == 100, "what was done stays visible"
    await home.hall.books_agree()


async def test_only_what_was_granted_may_be_done(home: Family) -> None:
    await home.linked(scopes=["wallet.read"])
    assert (await home.get("/wallet")).status_code == 200
    assert refusal(await home.get("/messages")) == (403, "families.scope_missing")
    assert refusal(await home.pay(100)) == (403, "families.scope_missing")
    assert refusal(await home.get("/payments/quote?amount=1&code=1")) == (403, "families.scope_missing")


async def test_who_pays_also_sees_the_wallet(home: Family) -> None:
    made = (await home.propose(scopes=["wallet.pay"])).json()
    assert made["scopes"] == ["wallet.read", "wallet.pay"]


async def test_what_is_done_for_oneself_only_refuses_the_header(home: Family) -> None:
    await home.linked()
    for path in ("/me", "/families/links", "/me/limits"):
        assert refusal(await home.get(path)) == (403, "families.not_delegable")
    shop = home.shop["id"]
    charge = await home.hall.client.post(
        f"/api/v1/shops/{shop}/charges/reverse", json={"reference": "R1"}, headers=home.behalf() | fresh_key()
    )
    assert refusal(charge) == (403, "families.not_delegable")


async def test_the_same_key_is_another_wish_for_somebody_else(home: Family) -> None:
    await home.linked()
    key = str(uuid4())
    assert (await home.pay(100, key)).status_code == 201
    own = await home.hall.pay(home.daughter, key, code=home.shop["code"], amount=100)
    assert refusal(own) == (422, "hall.idempotency_key_reused")


async def test_limits_of_a_payment_and_of_a_month(home: Family) -> None:
    await home.linked()
    over = await home.pay(CAPS["payment_max"] + 1)
    assert (refusal(over), over.json()["limit"]) == ((422, "families.above_payment_cap"), 10_000)
    for _ in range(2):
        assert (await home.pay(10_000)).status_code == 201
    assert (await home.pay(9_000)).status_code == 201
    over = await home.pay(1_001)
    assert (refusal(over), over.json()["left"]) == ((422, "families.above_month_cap"), 1_000)
    assert (await home.pay(1_000)).status_code == 201
    with clock.at(clock.now() + timedelta(days=32)):
        assert (await home.pay(10_000)).status_code == 201, "a new month begins"
    await home.hall.books_agree()


async def test_the_fathers_own_limits_and_freeze_hold_for_his_daughter_too(home: Family) -> None:
    await home.linked()
    limits = {"payment_max": 500}
    assert (await home.hall.client.put("/api/v1/me/limits", json=limits, headers=home.father)).status_code == 200
    assert refusal(await home.pay(501)) == (422, "payments.above_own_limit")
    assert (await home.hall.client.post("/api/v1/me/freeze", headers=home.father)).status_code == 200
    assert refusal(await home.pay(100)) == (422, "payments.account_frozen")
    await home.hall.books_agree()


async def test_nobody_pays_themselves_out_of_another_ones_wallet(home: Family) -> None:
    await home.linked()
    own = await home.hall.open_shop(home.daughter, "Daughter")
    fathers = await home.hall.open_shop(home.father, "Father")
    for shop in (own, fathers):
        assert refusal(await home.pay(100, code=shop["code"])) == (422, "payments.own_shop")


async def test_limits_are_lowered_by_either_and_raised_by_who_gave_them(home: Family) -> None:
    link = await home.linked()

    async def limit(who: Any, amount: int) -> Any:
        body = {"payment_max": amount, "month_max": amount * 2}
        return await home.hall.client.put(f"{LINKS}/{link}/limits", json=body, headers=who)

    assert (await limit(home.daughter, 5_000)).json()["limits"] == {"payment_max": 5_000, "month_max": 10_000}
    assert refusal(await limit(home.daughter, 6_000)) == (403, "families.not_yours_to_raise")
    assert (await limit(home.father, 6_000)).status_code == 200
    with clock.at(clock.now() + timedelta(minutes=6)):
        assert refusal(await limit(home.father, 7_000)) == (403, "people.proof_too_old")
        assert (await limit(home.father, 1_000)).status_code == 200, "lowered without any proof"
    assert refusal(await home.pay(1_001)) == (422, "families.above_payment_cap")
    stranger = await home.hall.sign_in(STRANGERS)
    assert refusal(await limit(stranger, 1)) == (404, "families.link_not_found")
    assert (await told(home.hall, home.daughter))[-1] == "families.limited"
    assert FATHERS not in (await home.get("/families/links", home.daughter)).text
    await home.hall.books_agree()


async def test_who_was_paid_for_reads_no_name_that_the_other_chose(home: Family) -> None:
    await home.linked()
    named = await home.hall.client.patch("/api/v1/me", json={"name": "Your grandson"}, headers=home.daughter)
    assert named.status_code == 200
    assert (await home.pay(700)).status_code == 201
    in_english = home.father | {"Accept-Language": "en"}
    inbox = (await home.hall.client.get("/api/v1/messages", headers=in_english)).json()["messages"]
    titles = [one["title"] for one in inbox if one["template"] == "families.paid"]
    assert titles == [f"{DAUGHTER.name[0]}* paid for you"]
    assert "grandson" not in str(inbox)
