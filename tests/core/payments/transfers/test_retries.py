"""A retry gets the first answer, whatever became of codes and PINs since; and numbers stand in no address."""

import re
from typing import Any

import pytest

from tests.core.payments.transfers.test_transfers import NAMED, SENDER, UNNAMED, _people, _send
from tests.core.people.pins.steps import PIN, refusal
from tests.hall import Hall
from tests.house.visitor import enter

pytestmark = pytest.mark.anyio
NOTE = "for-your-eyes"


async def test_a_retry_is_answered_after_the_receiver_took_another_code(hall: Hall) -> None:
    sender, receiver = await _people(hall)
    code = (await hall.client.post("/api/v1/me/receive-code", headers=receiver)).json()["code"]
    first = await _send(hall, sender, "k", to_phone=None, to_code=code)
    assert first.status_code == 201, first.text
    await hall.client.post("/api/v1/me/receive-code?anew=true", headers=receiver)
    again = await _send(hall, sender, "k", to_phone=None, to_code=code)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Idempotent-Replayed"] == "true"


async def test_a_retry_is_answered_after_the_pin_was_used_up(hall: Hall) -> None:
    sender, _ = await _people(hall)
    first = await _send(hall, sender, "k")
    for number in range(3):
        assert refusal(await _send(hall, sender, f"w{number}", pin="111222"))[1].startswith("people.pin_")
    again = await _send(hall, sender, "k")
    assert (again.status_code, again.json()) == (201, first.json())
    assert refusal(await _send(hall, sender, "k", amount=501)) == (422, "hall.idempotency_key_reused")
    assert await hall.balance(sender) == 999_500


async def _post(hall: Hall, path: str, **form: str) -> Any:
    return await hall.client.post(path, data={"_csrf_token": hall.client.cookies["openhall_csrf"]} | form)


def _hidden(text: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    assert found, name
    return found[1]


async def test_no_address_on_the_way_to_sending_holds_the_number_or_the_note(hall: Hall) -> None:
    await _people(hall)
    await enter(hall, SENDER)
    to = await _post(hall, "/transfer/to", phone=UNNAMED)
    page = await hall.client.get(to.headers["location"])
    assert "138****0003" in page.text
    said = await _post(
        hall, "/transfer/amount", draft=_hidden(page.text, "draft"), amount="5", note=NOTE, request_key="r1"
    )
    last = await hall.client.get(said.headers["location"])
    assert NOTE in last.text
    addresses = [to.headers["location"], said.headers["location"], *re.findall(r'(?:href|action)="([^"]*)"', last.text)]
    assert not [one for one in addresses if UNNAMED in one or NOTE in one]
    sent = await _post(
        hall,
        "/transfer",
        phone=UNNAMED,
        amount="500",
        note=NOTE,
        request_key=_hidden(last.text, "request_key"),
        pin=PIN,
    )
    assert sent.headers["location"].startswith("/transfers/"), sent.text


async def test_a_draft_opens_for_nobody_else_and_the_old_addresses_name_nobody(hall: Hall) -> None:
    await _people(hall)
    await enter(hall, SENDER)
    mine = (await _post(hall, "/transfer/to", phone=UNNAMED)).headers["location"]
    for path in (mine[:-4] + "AAAA", f"/transfer?phone={UNNAMED}"):
        page = await hall.client.get(path)
        assert 'action="/transfer/to"' in page.text, "the empty form"
    await enter(hall, NAMED)
    assert "138****0003" not in (await hall.client.get(mine)).text
