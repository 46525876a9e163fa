"""Payments on somebody's behalf that meet: each other, and the end of their link."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from openhall.core import families
from tests.core.families.stage import Family, family
from tests.core.people.pins.steps import refusal
from tests.hall import Hall

pytestmark = pytest.mark.anyio


async def test_of_fifty_payments_at_once_no_more_pass_than_the_month_allows(hall: Hall) -> None:
    home = await family(hall)
    await home.linked(limits={"payment_max": 1_000, "month_max": 7_500})
    answers = await asyncio.gather(*(home.pay(1_000) for _ in range(50)))
    paid = [answer for answer in answers if answer.status_code == 201]
    assert len(paid) == 7
    refused = {refusal(answer) for answer in answers if answer.status_code != 201}
    assert refused == {(422, "families.above_month_cap")}
    assert await hall.balance(home.father) == 93_000
    assert (await home.pay(500)).status_code == 201
    assert (await home.pay(1)).status_code == 422
    await hall.books_agree()


async def _pay_in_the_end(home: Family) -> Any:
    """A payment alone waits a moment for a lock, and is then told to ask again."""
    key = str(uuid4())
    while (answer := await home.pay(100, key)).status_code == 503:
        pass
    return answer


async def test_a_link_that_is_revoked_while_somebody_pays_lets_it_pass_or_stops_it(hall: Hall) -> None:
    """Whoever revokes first holds the link: the payment waits, and finds that it is gone."""
    home = await family(hall)
    link = await home.linked()
    async with hall.pool.write() as conn:
        await conn.execute(
            b"update families.links set state = 'revoked', ended_at = now(), ended_by = %s where id = %s",
            [home.father_id, UUID(link)],
        )
        await conn.execute(
            b"insert into families.trail (id, at, link, act, by) values (%s, now(), %s, 'revoked', %s)",
            [uuid4(), UUID(link), home.father_id],
        )
        paying = asyncio.create_task(_pay_in_the_end(home))
        await hall.somebody_waits()
    assert refusal(await paying) == (404, "families.not_linked")
    assert await hall.balance(home.father) == 100_000
    await hall.books_agree()


async def test_whoever_pays_first_is_waited_for_by_whoever_revokes(hall: Hall) -> None:
    home = await family(hall)
    link = await home.linked()
    async with hall.pool.write() as conn:
        # As a payment does before it looks for the money.
        assert await families.lock_links(conn, [(home.daughter_id, home.father_id)])
        revoking = asyncio.create_task(home.revoke(link))
        await hall.somebody_waits()
        assert not revoking.done()
    assert (await revoking).status_code == 200
    assert refusal(await home.pay(100)) == (404, "families.not_linked")
    await hall.books_agree()


async def test_many_revoke_and_pay_at_once_and_the_books_agree(hall: Hall) -> None:
    home = await family(hall)
    link = await home.linked()
    answers = await asyncio.gather(*(home.pay(100) for _ in range(10)), home.revoke(link), home.revoke(link))
    assert sorted(answer.status_code for answer in answers[-2:]) == [200, 404]
    assert {answer.status_code for answer in answers[:-2]} <= {201, 404}
    paid = sum(answer.status_code == 201 for answer in answers[:-2])
    assert await hall.balance(home.father) == 100_000 - 100 * paid
    await hall.books_agree()
