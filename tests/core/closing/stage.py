"""Steps of closing an account at the hall's API, and of taking it back at its counter."""

from typing import Any
from uuid import UUID

from openhall.core import people
from openhall.core.closing.actions import reopening
from openhall.core.closing.jobs import tend
from openhall.core.closing.package import CHECKS
from openhall.web.discover import packages
from tests.core.people.pins.steps import id_of
from tests.hall import Hall, Headers

CLOSING = "/api/v1/me/closing"
PHONE, SELLER, FRIEND, ONE, TWO = "13800000001", "13800000002", "13800000003", "13800000007", "13800000008"


async def in_the_way(hall: Hall, who: Headers) -> list[str]:
    """The codes of what has to be done first."""
    answer = await hall.client.get(CLOSING, headers=who)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["can_close"] is (not body["obstacles"])
    return [one["code"] for one in body["obstacles"]]


async def close(hall: Hall, who: Headers) -> dict[str, Any]:
    """Close the account; what is answered."""
    answer = await hall.client.post(CLOSING, headers=who)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def operators(hall: Hall) -> tuple[UUID, UUID]:
    one, two = await id_of(hall, await hall.sign_in(ONE)), await id_of(hall, await hall.sign_in(TWO))
    async with hall.pool.write() as conn:
        await people.add_operator(conn, one)
        await people.add_operator(conn, two)
    return one, two


async def closing_of(hall: Hall, resident: UUID) -> UUID:
    """The newest closing of this resident."""
    found = await rows(hall, "select id from closing.closings where resident = %s order by closed_at desc", resident)
    return UUID(str(found[0][0]))


async def reopen(hall: Hall, resident: UUID) -> None:
    """Two operators take the closing back."""
    one, two = await operators(hall)
    closing = await closing_of(hall, resident)
    async with hall.pool.write() as conn:
        await reopening.ask(conn, operator=one, closing=closing, seen="identity card, ends 0019")
    async with hall.pool.write() as conn:
        await reopening.reopen(conn, operator=two, closing=closing)


async def tended(hall: Hall) -> None:
    """The hourly job ran."""
    await tend(hall.pool, packages(demo=True))


async def rows(hall: Hall, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    async with hall.pool.read() as conn:
        return await (await conn.execute(sql.encode(), list(values))).fetchall()


async def unclaimed(hall: Hall) -> list[tuple[int, str]]:
    """What waits for its owners: amounts and reasons."""
    found = await rows(hall, "select amount, reason from closing.unclaimed where given is null order by at, id")
    return [(amount, reason) for amount, reason in found]


async def breaches(hall: Hall) -> list[str]:
    """The names of the promises of closing that do not hold."""
    async with hall.pool.read() as conn:
        return [check.name for check in CHECKS if await (await conn.execute(check.query.sql.encode())).fetchall()]
