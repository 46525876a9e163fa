"""Whatever shows a person's data to somebody else says so in its `opt`, and writes it down when it does."""

import re
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from openhall.core import people
from openhall.core.payments.transfers.pages import Draft
from openhall.web.discover import packages
from tests.core.people.names.people import FATHER, be
from tests.hall import Hall, fresh_key
from tests.house.the_app import Door, doors
from tests.house.things import things_of_somebody
from tests.house.visitor import enter

OPERATORS = [door for door in doors() if door.path.startswith("/operator")]
SHOWING = [door for door in doors() if door.handler.opt.get("shows")]
# Operators' addresses that show nobody, each with what it shows instead.
SHOWS_NOBODY = {
    ("GET", "/operator/recoveries/new"): "an empty form",
    ("POST", "/operator/recoveries"): "what was typed, or the way to the recovery",
    ("POST", "/operator/recoveries/{recovery_id:uuid}/decline"): "the way back",
    ("POST", "/operator/families/find"): "the way to the links",
    ("POST", "/operator/families/{link_id:uuid}/letters"): "the way back",
    ("GET", "/operator/families/new"): "an empty form",
    ("POST", "/operator/families/new"): "what was typed, or the way to the link",
    ("GET", "/operator/families/people/new"): "an empty form",
    ("POST", "/operator/families/people/new"): "what was typed, or the way to the card",
    ("GET", "/operator/bank"): "sums, files and days",
    ("POST", "/operator/bank/batches/{batch_id:uuid}/resend"): "the way back",
    ("GET", "/operator/bank/breaks/{break_id:uuid}"): "amounts, and what colleagues said of them",
    ("POST", "/operator/bank/breaks/{break_id:uuid}"): "amounts, and what colleagues said of them",
    ("POST", "/operator/bank/breaks/{break_id:uuid}/answer"): "the way back",
}
SOMEBODY = "13800000001"
LOOKER = "13800000009"
# What an address wants to be asked so that it comes to show somebody.
ASKED: dict[str, dict[str, Any]] = {
    "GET /payments/{payment_id:uuid}/refund": {"request_key": "a-look"},
    "GET /transfer": {"draft": Draft(SOMEBODY)},
    "GET /transfer/confirm": {"draft": Draft(SOMEBODY, amount="1")},
    "POST /transfer": {"phone": SOMEBODY, "amount": "1", "request_key": "a-look"},
    "POST /api/v1/transfers/receiver": {"to_phone": SOMEBODY},
    "POST /api/v1/transfers": {"to_phone": SOMEBODY, "amount": 1},
    "POST /operator/recoveries": {"phone": "110"},
}


def test_every_address_of_operators_says_whom_it_shows() -> None:
    assert len(OPERATORS) > 15
    for door in OPERATORS:
        assert "shows" in door.handler.opt, f"{door.method} {door.path} does not say whom it shows: edge.shows(...)"
    assert {(door.method, door.path) for door in OPERATORS if not door.handler.opt["shows"]} == set(SHOWS_NOBODY)


def test_every_look_is_declared_by_its_package_and_shown_somewhere() -> None:
    declared = [(package.name, look.code) for package in packages(demo=True) for look in package.looks]
    assert all(code.startswith(f"{package}.") for package, code in declared)
    shown = {code for door in doors() for code in door.handler.opt.get("shows", ())}
    assert Counter(code for _, code in declared) == Counter(shown)


@pytest.mark.anyio
async def test_whoever_is_shown_to_somebody_is_told_of_it(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of these addresses is opened by an operator who also works at the shop: one more look each time."""
    monkeypatch.setattr("openhall.core.people.accesses.actions.AGAIN", timedelta())
    things = await things_of_somebody(hall)
    owner = await hall.sign_in(SOMEBODY)
    headers = await hall.hire(owner, {"id": things["shop_id"]}, LOOKER, "manager")
    me = UUID((await hall.client.get("/api/v1/me", headers=headers)).json()["id"])
    await be(hall, headers, FATHER)
    async with hall.pool.write() as conn:
        await people.add_operator(conn, me)
    await enter(hall, LOOKER)
    silent = []
    for door in sorted({(one.method, one.path): one for one in SHOWING + OPERATORS}.values(), key=_harmless_first):
        before = await _looks_of(hall, me)
        answer = await _open(hall, door, things, headers)
        new = await _looks_of(hall, me) - before
        wanted = set(door.handler.opt["shows"])
        if set(new) != wanted:
            silent.append(f"{door.method} {door.path}: {answer.status_code}, says {wanted}, wrote {set(new)}")
    assert not silent, "\n".join(silent)


def _harmless_first(door: Door) -> tuple[bool, bool, str]:
    """Looking changes nothing; declining a recovery ends what others show."""
    return door.method != "GET", door.path.endswith(("decline", "answer", "resend")), door.path


async def _looks_of(hall: Hall, who: UUID) -> Counter[str]:
    async with hall.pool.read() as conn:
        found = await conn.execute(b"select look from people.accesses where who = %s", [who])
        return Counter(look for (look,) in await found.fetchall())


async def _open(hall: Hall, door: Door, things: dict[str, str], headers: dict[str, str]) -> Any:
    path = re.sub(r"\{(\w+):uuid\}", lambda match: things[match[1]], door.path)
    asked = ASKED.get(f"{door.method} {door.path}", {})
    if isinstance(draft := asked.get("draft"), Draft):
        async with hall.pool.read() as conn:
            me = await people.resident_with(conn, f"+86{LOOKER}")
        assert me is not None
        asked = {"draft": draft.sealed(hall.settings, me)}
    if door.method == "GET":
        return await hall.client.get(path, params=asked, headers=headers if door.is_api else {})
    if door.is_api:
        return await hall.client.post(path, json=asked, headers=headers | fresh_key())
    form = {"_csrf_token": hall.client.cookies["openhall_csrf"]} | asked
    return await hall.client.post(path, data=form)
