"""Red packets: drawn by a seed that was fixed before, paid with the payment, to be checked by everybody."""

import hashlib
from uuid import UUID

import pytest

from openhall.city.campaigns import rules
from tests.city.campaigns.sponsor import OWNER, Sponsor, refund
from tests.hall import Hall

pytestmark = pytest.mark.anyio

PAYER = "13800000001"
PACKET = {"title": "Red packet", "kind": "bounty", "amount": 0, "low": 10, "high": 99, "min_spend": 100}


async def test_a_bounty_is_in_the_wallet_with_the_payment_and_can_be_checked_at_the_end(hall: Hall) -> None:
    sponsor, payer, owner = await Sponsor.enter(hall), await hall.sign_in(PAYER), await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 10_000)
    draft = await sponsor.run(**PACKET, start=False)
    assert (draft["commitment"], draft["seed"]) == (None, None)
    running = (await sponsor.post(draft["id"], "start")).json()
    assert running["seed"] is None
    paid = [(await hall.pay(payer, code=shop["code"], amount=500)).json() for _ in range(8)]
    bounties = [one["bounty"] for one in paid]
    assert all(10 <= bounty <= 99 for bounty in bounties)
    assert len(set(bounties)) > 1
    assert await hall.balance(payer) == 10_000 - 8 * 500 + sum(bounties)
    entries = (await hall.client.get("/api/v1/wallet/entries", headers=payer)).json()["entries"]
    assert [entry["amount"] for entry in entries if entry["reason"] == "bounty"] == bounties[::-1]
    ended = (await sponsor.post(draft["id"], "end")).json()
    seed = bytes.fromhex(ended["seed"])
    assert hashlib.sha256(seed).hexdigest() == running["commitment"]
    assert [rules.draw(seed, UUID(one["id"]), 10, 99) for one in paid] == bounties
    assert ended["spent"] == sum(bounties)
    await hall.books_agree()


async def test_a_discount_and_a_bounty_come_together_and_go_back_together(hall: Hall) -> None:
    sponsor, payer, owner = await Sponsor.enter(hall), await hall.sign_in(PAYER), await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 1000)
    off, packet = await sponsor.run(), await sponsor.run(**PACKET)
    paid = (await hall.pay(payer, code=shop["code"], amount=700)).json()
    assert paid["paid"] == 350
    for part in (1, 233, 333, 133):
        assert (await refund(hall, owner, paid["id"], part)).status_code == 201
    assert await hall.balance(payer) == 1000, "nobody gains by paying and asking it back"
    for campaign in (off, packet):
        assert (await sponsor.look(campaign["id"]))["spent"] == 0
    await hall.books_agree()


async def test_a_bounty_that_went_back_is_not_drawn_again(hall: Hall) -> None:
    sponsor, payer, owner = await Sponsor.enter(hall), await hall.sign_in(PAYER), await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 1000)
    campaign = await sponsor.run(**PACKET, per_day=1)
    first = (await hall.pay(payer, code=shop["code"], amount=500)).json()
    assert first["bounty"] > 0
    assert (await refund(hall, owner, first["id"], 500)).status_code == 201
    again = (await hall.pay(payer, code=shop["code"], amount=500)).json()
    assert again["bounty"] == 0, "paid and asked back until the draw is a large one"
    assert (await sponsor.look(campaign["id"]))["spent"] == 0
    await hall.books_agree()


async def test_a_payment_that_costs_less_than_the_bounty_gets_none(hall: Hall) -> None:
    sponsor, payer, owner = await Sponsor.enter(hall), await hall.sign_in(PAYER), await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 1000)
    await sponsor.run(kind="fixed_price", amount=1, most_off=1000)
    await sponsor.run(**PACKET)
    breakfast = (await hall.pay(payer, code=shop["code"], amount=350)).json()
    assert (breakfast["paid"], breakfast["bounty"]) == (1, 0)
    given = (await refund(hall, owner, breakfast["id"], 100)).json()
    assert (given["amount"], given["to_payer"]) == (100, 1), "the fraction of a fen is the payer's"
    rest = (await refund(hall, owner, breakfast["id"], 250)).json()
    assert (rest["amount"], rest["to_payer"]) == (250, 0)
    await hall.books_agree()
