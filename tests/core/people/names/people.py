"""People of the demo register at the hall's API."""

from typing import Any
from uuid import UUID

from openhall.demo.outside.register import RESIDENTS
from tests.hall import Hall, Headers

XIAOMING, FATHER, DAUGHTER, CHILD, DECEASED, RARE = RESIDENTS
PHONE, OTHER, THIRD = "13800000001", "13800000002", "13800000003"
PATH = "/api/v1/me/real-name"


async def claim(hall: Hall, who: Headers, name: str, national_id: str) -> Any:
    """POST /me/real-name; the response."""
    return await hall.client.post(PATH, json={"name": name, "national_id": national_id}, headers=who)


async def be(hall: Hall, who: Headers, person: Any) -> Any:
    """The same with an entry of the register."""
    return await claim(hall, who, person.name, person.national_id)


async def state(hall: Hall, who: Headers) -> Any:
    """GET /me/real-name, read."""
    return (await hall.client.get(PATH, headers=who)).json()


async def id_of(hall: Hall, who: Headers) -> UUID:
    return UUID((await hall.client.get("/api/v1/me", headers=who)).json()["id"])


async def rows(hall: Hall, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """What the database holds."""
    async with hall.pool.read() as conn:
        return await (await conn.execute(sql.encode(), values)).fetchall()


async def trail(hall: Hall, who: Headers) -> list[str]:
    """What the trail says of somebody, in its order."""
    sql = "select act from people.name_trail where resident = %s order by at, id"
    return [act for (act,) in await rows(hall, sql, await id_of(hall, who))]


async def due_now(hall: Hall) -> None:
    """Whatever waits for the register may be asked at once."""
    async with hall.pool.write() as conn:
        await conn.execute(b"update people.name_claims set next_at = asked_at where state = 'asking'")


async def texts(hall: Hall, phone: str) -> list[str]:
    """The messages of a phone, newest first, with those delivered that still wait."""
    from openhall.core.people.actions import messages
    from openhall.core.people.ports import sms_of

    for (message,) in await rows(hall, "select id from people.messages where state = 'waiting' order by created_at"):
        await messages.deliver(hall.pool, sms_of(hall.settings), message)
    return [text["text"] for text in hall.outside.messages(f"+86{phone}")]


async def told(hall: Hall, who: Headers) -> list[tuple[str, str]]:
    """The messages in somebody's inbox, newest first: what kind each is, and its title in Chinese."""
    answer = await hall.client.get("/api/v1/messages", headers=who | {"Accept-Language": "zh-CN"})
    return [(one["category"], one["title"]) for one in answer.json()["messages"]]
