"""Whoever has no phone is told by letter, at an address named for them; else operators see whom nobody tells."""

from typing import Any
from uuid import UUID

import pytest

from openhall.core.families.actions import letters
from openhall.core.messages import preferences
from openhall.core.messages.types import Category, Channel
from tests.core.families.stage import LINKS, Family
from tests.core.families.test_links import home
from tests.core.families.test_powers import _add, _parent
from tests.core.people.pins.steps import refusal
from tests.hall import Hall

__all__ = ["home"]
pytestmark = pytest.mark.anyio
ADDRESS = "王乐乐\n安定路一号"


async def _unreachable(hall: Hall) -> list[UUID]:
    async with hall.pool.read() as conn:
        return [one.id for one in await letters.unreachable(conn, limit=10)]


async def test_a_child_without_a_phone_is_written_to_at_the_address_that_is_named_once(home: Family) -> None:
    hall = home.hall
    parent = await _parent(hall)
    made: Any = (await _add(hall, parent)).json()
    link = UUID(made["id"])
    assert made["needs_address"] is True
    assert await _unreachable(hall) == [link]
    path = f"{LINKS}/{link}/letters"
    stranger = await hall.client.put(path, json={"address": ADDRESS}, headers=home.father)
    assert refusal(stranger) == (404, "families.link_not_found")
    blank = await hall.client.put(path, json={"address": " "}, headers=parent)
    assert refusal(blank)[1] == "messages.address_missing"
    named = await hall.client.put(path, json={"address": ADDRESS}, headers=parent)
    assert (named.status_code, named.json()["needs_address"]) == (200, False), named.text
    async with hall.pool.read() as conn:
        kept = await preferences(conn, UUID(made["dependant"]))
    assert (kept.letter_to, kept.wanted[Category.MUST][Channel.LETTER]) == (ADDRESS, True)
    assert await _unreachable(hall) == []
    again = await hall.client.put(path, json={"address": "elsewhere"}, headers=parent)
    assert refusal(again) == (409, "families.address_known"), "not where nobody but its holder reads them"
    async with hall.pool.write() as conn:
        await letters.at_counter(conn, link=link, address="新的地址")


async def test_whoever_has_a_phone_names_their_own_address(home: Family) -> None:
    link = await home.linked()
    named = await home.hall.client.put(f"{LINKS}/{link}/letters", json={"address": ADDRESS}, headers=home.daughter)
    assert refusal(named) == (409, "families.has_a_phone")
    assert await _unreachable(home.hall) == []
