"""Steps about payment PINs at the hall's API."""

from typing import Any
from uuid import UUID

from tests.hall import Hall, Headers

PIN, OTHER_PIN = "640851", "830572"


async def set_pin(hall: Hall, who: Headers, pin: str = PIN) -> Any:
    return await hall.client.put("/api/v1/me/pin", json={"pin": pin}, headers=who)


async def has_pin(hall: Hall, who: Headers, pin: str = PIN) -> None:
    answer = await set_pin(hall, who, pin)
    assert answer.status_code == 200, answer.text


async def id_of(hall: Hall, who: Headers) -> UUID:
    return UUID((await hall.client.get("/api/v1/me", headers=who)).json()["id"])


async def told(hall: Hall, who: Headers) -> list[str]:
    """The codes of the templates by which somebody was told something, oldest first; but for new devices and names."""
    async with hall.pool.read() as conn:
        found = await conn.execute(
            b"select t.code from messages.messages m join messages.templates t on t.id = m.template"
            b" where m.recipient = %s and t.code not in ('people.new_device', 'people.name_set') order by m.id",
            [await id_of(hall, who)],
        )
        return [code for (code,) in await found.fetchall()]


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]
