"""Many at once: exactly the budget, exactly the limits."""

import asyncio
from collections import Counter
from typing import Any
from uuid import UUID

import msgspec
import pytest

from openhall.base import db, ids
from openhall.city.campaigns import package as campaigns_package
from openhall.core import ledger, payments, people
from openhall.core.payments import Ask, Payer, offers
from openhall.core.payments.offers import Due
from tests.city.campaigns.sponsor import OWNER, Sponsor, refund
from tests.hall import Hall

pytestmark = pytest.mark.anyio

PAYERS = 200


async def _tellers(hall: Hall, count: int) -> list[payments.Teller]:
    """Tellers as several processes have them: each with a batch of its own."""
    tellers = [payments.Teller(hall.pool, hall.settings, hall.sources, hall.offers) for _ in range(count)]
    for teller in tellers:
        await teller.open()
    return tellers


async def _payers(hall: Hall, count: int, money: int) -> list[Payer]:
    """Residents with money, joined without the ceremony of a code."""
    made = []
    async with hall.pool.write() as conn:
        bank = await ledger.open_account(conn, kind="rail.bank", owner=None, floor=None, busy=True)
        for number in range(count):
            phone = f"+86139{number:08d}"
            resident, _ = await people.find_or_join(conn, phone=phone, lang=None, currency="CNY", on_joined=[])
            made.append(Payer(resident.id, resident.wallet, people.masked(phone)))
        gifts = [
            ledger.Transfer(id=ids.new(), debit=bank, credit=payer.wallet, amount=money, reason="top_up")
            for payer in made
        ]
        assert all(outcome.ok for outcome in await ledger.post(conn, gifts))
    return made


async def _pay_all(tellers: list[payments.Teller], asks: list[Ask]) -> list[dict[str, Any]]:
    answers = await asyncio.gather(
        *(tellers[number % len(tellers)].pay(ask) for number, ask in enumerate(asks)), return_exceptions=True
    )
    for teller in tellers:
        await teller.close()
    found = []
    for answer in answers:
        assert not isinstance(answer, BaseException), answer
        problem = answer.problem
        found.append({"code": problem.code} if problem else msgspec.json.decode(answer.body))
    return found


async def test_two_hundred_payers_get_exactly_the_budget(hall: Hall) -> None:
    sponsor, owner = await Sponsor.enter(hall), await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    campaign = await sponsor.run(budget=73 * 350 + 349)
    payers = await _payers(hall, PAYERS, 1000)
    tellers = await _tellers(hall, 4)
    # Half of them were shown the lower price and would pay no other.
    asks = [
        Ask(payer=payer, key="k", code=shop["code"], amount=700, expected_paid=350 if number % 2 else None)
        for number, payer in enumerate(payers)
    ]
    answers = await _pay_all(tellers, asks)
    assert Counter(answer.get("discount") for answer in answers)[350] == 73
    for ask, answer in zip(asks, answers, strict=True):
        if ask.expected_paid is None:
            assert (answer["paid"], answer["discount"]) in ((350, 350), (700, 0))
        else:
            assert answer.get("paid") == 350 or answer == {"code": "payments.offer_gone"}
    shown = await sponsor.look(campaign["id"])
    assert (shown["left"], shown["spent"], shown["uses"]) == (349, 73 * 350, 73)
    await hall.books_agree()


async def test_one_person_on_twenty_devices_gets_no_more_than_one(hall: Hall) -> None:
    sponsor, owner = await Sponsor.enter(hall), await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    await sponsor.run(per_day=2, per_person=3)
    (payer,) = await _payers(hall, 1, 20_000)
    asks = [Ask(payer=payer, key=f"device-{number}", code=shop["code"], amount=700) for number in range(20)]
    answers = await _pay_all(await _tellers(hall, 5), asks)
    assert Counter(answer["discount"] for answer in answers) == {350: 2, 0: 18}
    await hall.books_agree()


async def test_payments_refunds_funding_and_the_end_at_once_lose_nothing(hall: Hall) -> None:
    sponsor, owner = await Sponsor.enter(hall), await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    campaign = await sponsor.run(budget=3500)
    payers = await _payers(hall, 60, 1000)
    first = await _pay_all(
        await _tellers(hall, 2), [Ask(payer=payer, key="first", code=shop["code"], amount=700) for payer in payers[:20]]
    )
    tellers = await _tellers(hall, 3)
    asks = [Ask(payer=payer, key="second", code=shop["code"], amount=700) for payer in payers[20:]]
    answers, *others = await asyncio.gather(
        _pay_all(tellers, asks),
        *(refund(hall, owner, one["id"], 333) for one in first),
        *(sponsor.post(campaign["id"], "fund", amount=700) for _ in range(5)),
        _end_later(sponsor, campaign["id"]),
    )
    assert all(other.status_code in (200, 201, 422) for other in others), [other.text for other in others]
    assert {answer["discount"] for answer in answers} <= {0, 350}
    assert (await sponsor.look(campaign["id"]))["state"] == "ended"
    await hall.books_agree()


async def _end_later(sponsor: Sponsor, campaign: str) -> Any:
    await asyncio.sleep(0.05)
    return await sponsor.post(campaign, "end")


async def test_nobody_waits_for_a_campaign_with_less_than_one_gift_in_it(hall: Hall) -> None:
    sponsor, payer, owner = await Sponsor.enter(hall), await hall.sign_in("13800000001"), await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 2000)
    campaigns = [await sponsor.run(amount=350, budget=699)]
    campaigns += [await sponsor.run(kind="bounty", amount=0, low=50, high=50, min_spend=50, budget=99)]
    assert (await hall.pay(payer, code=shop["code"], amount=500)).json()["paid"] == 150
    ids_ = [UUID(one["id"]) for one in campaigns]
    async with hall.pool.write() as conn, hall.pool.write() as other:
        await conn.execute(b"select from campaigns.campaigns where id = any(%s) for update", [ids_])
        await other.execute(b"set local lock_timeout = '5s'")
        source = campaigns_package.PACKAGE.offers[0]
        due = Due(ids.new(), ids.new(), UUID(shop["id"]), 500, "CNY")
        assert await source.terms(other, [due], {}, True) == [offers.NOTHING]
    last = await hall.pay(payer, code=shop["code"], amount=300)
    assert last.json()["paid"] == 1, "what is left is enough for all but a fen of this one"
    await hall.books_agree()


async def test_nobody_waits_for_a_fixed_price_that_cannot_be_given_any_more(hall: Hall) -> None:
    sponsor, payer, owner = await Sponsor.enter(hall), await hall.sign_in("13800000001"), await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 2000)
    campaign = await sponsor.run(kind="fixed_price", amount=1, most_off=350, budget=449)
    assert (await hall.pay(payer, code=shop["code"], amount=500)).json()["discount"] == 350
    async with hall.pool.write() as conn, hall.pool.write() as other:
        await conn.execute(b"select from campaigns.campaigns where id = %s for update", [UUID(campaign["id"])])
        await other.execute(b"set local lock_timeout = '5s'")
        source = campaigns_package.PACKAGE.offers[0]
        due = Due(ids.new(), ids.new(), UUID(shop["id"]), 500, "CNY")
        assert await source.terms(other, [due], {}, True) == [offers.NOTHING]
    last = await hall.pay(payer, code=shop["code"], amount=100)
    assert last.json()["discount"] == 99, "what is left is enough for this one"
    await hall.books_agree()


async def test_where_nothing_is_offered_a_batch_asks_one_cheap_question(hall: Hall) -> None:
    """The cost for a batch without campaigns: one statement more, that travels with others, and no lock."""
    owner = await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    payers = await _payers(hall, 3, 1000)
    (teller,) = await _tellers(hall, 1)
    asked: list[str] = []

    def counting(original: Any) -> Any:
        async def counted(conn: Any, query: db.Query, *args: Any, **parameters: Any) -> Any:
            asked.append(f"{query.package}:{query.name}")
            return await original(conn, query, *args, **parameters)

        return counted

    with pytest.MonkeyPatch.context() as patch:
        for name in ("ask", "all", "send"):
            patch.setattr(db, name, counting(getattr(db, name)))
        asks = [Ask(payer=payer, key="k", code=shop["code"], amount=350) for payer in payers]
        await _pay_all([teller], asks)
    ours = [name for name in asked if "campaigns" in name or "subsid" in name or name.endswith((":uses", "groups"))]
    assert ours == ["openhall.city.campaigns:is_offering"] * len(ours)
    assert 1 <= len(ours) == sum(name.endswith(":claim") for name in asked), "one for each batch"
