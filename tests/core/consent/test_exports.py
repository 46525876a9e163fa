"""The copy of their data that residents take with them."""

import csv
import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest

from openhall.base import clock
from openhall.core.consent.exports import collecting
from tests.core.people.names.people import XIAOMING, be
from tests.core.people.pins.steps import id_of, refusal, set_pin, told
from tests.hall import Hall, Headers
from tests.house.visitor import enter

pytestmark = pytest.mark.anyio
PHONE, OTHER = "13800000001", "13900139001"
EXPORT = "/api/v1/me/export"


async def _life(hall: Hall) -> tuple[Headers, dict[str, Any]]:
    """Somebody with a name, a PIN, a shop they paid and a friend they sent something."""
    me, keeper = await hall.sign_in(PHONE), await hall.sign_in(OTHER)
    await be(hall, me, XIAOMING)
    await set_pin(hall, me)
    await hall.give(me, 10_000)
    shop = await hall.open_shop(keeper, "=cmd|'/c calc'!A1")
    for amount in (350, 420):
        assert (await hall.pay(me, code=shop["code"], amount=amount)).status_code == 201
    return me, shop


async def test_the_copy_holds_what_is_theirs_and_the_owner_is_told(hall: Hall) -> None:
    me, shop = await _life(hall)
    answer = await hall.client.get(EXPORT, headers=me)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    assert answer.headers["Content-Disposition"].endswith('.json"')
    copy = json.loads(answer.content)
    parts = copy["parts"]
    assert copy["resident"] == str(await id_of(hall, me))
    assert parts["people.profile"]["rows"][0]["phone"] == f"+86{PHONE}"
    assert [row["amount"] for row in parts["payments.payments"]["rows"]] == [420, 350]
    assert parts["payments.payments"]["rows"][0]["payee_name"] == shop["name"]
    assert parts["ledger.wallet"]["rows"][0]["balance"] == 10_000 - 770
    assert all(part["complete"] for part in parts.values())
    assert copy["withheld"]["people.pins"]
    assert "consent.exported" in await told(hall, me)


async def test_no_secret_and_nobody_else_is_in_it(hall: Hall) -> None:
    me, _ = await _life(hall)
    text = (await hall.client.get(EXPORT, headers=me)).text
    token = me["Authorization"].removeprefix("Bearer ")
    for secret in (token, "argon2", XIAOMING.name, XIAOMING.national_id, OTHER, "token_hash", "key_hash"):
        assert secret not in text, secret


async def test_the_archive_has_the_document_and_a_harmless_table_for_each_part(hall: Hall) -> None:
    me, shop = await _life(hall)
    answer = await hall.client.get(EXPORT, params={"format": "zip"}, headers=me | {"Accept-Language": "en"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/zip")
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None
    document = json.loads(archive.read("export.json"))
    filled = {f"{name}.csv" for name, part in document["parts"].items() if part["rows"]}
    assert filled == set(archive.namelist()) - {"export.json", "READ-ME.txt"}, "no empty table is to be opened"
    guide = archive.read("READ-ME.txt").decode("utf-8-sig")
    assert "350 is 3.50" in guide
    assert "- Your payment PIN" in guide
    assert "{" not in guide
    lines = list(csv.DictReader(io.StringIO(archive.read("payments.payments.csv").decode("utf-8-sig"))))
    assert [line["amount"] for line in lines] == ["420", "350"]
    assert lines[0]["payee_name"] == f"'{shop['name']}", "no spreadsheet takes it for a formula"


async def test_messages_in_the_copy_are_words_and_not_templates(hall: Hall) -> None:
    me, _ = await _life(hall)
    for language, said in (("en", "Your payment PIN was set"), ("zh-CN", "支付密码")):
        answer = await hall.client.get(EXPORT, headers=me | {"Accept-Language": language})
        rows = json.loads(answer.content)["parts"]["messages.messages"]["rows"]
        assert any(said in row["title"] for row in rows), [row["title"] for row in rows]
        assert not any("{" in row["title"] + row["body"] for row in rows)


async def test_it_takes_a_fresh_proof_and_of_who_has_a_passkey_that_one(hall: Hall) -> None:
    me = await hall.sign_in(PHONE)
    with clock.at(clock.now() + timedelta(minutes=6)):
        stale = await hall.client.get(EXPORT, headers=me)
        assert refusal(stale) == (403, "people.proof_too_old")
        assert stale.json()["by"] == "code"
    await hall.add_passkey(me)
    fresh_by_code = await hall.sign_in(PHONE)
    asked = await hall.client.get(EXPORT, headers=fresh_by_code)
    assert (refusal(asked), asked.json()["by"]) == ((403, "people.proof_too_old"), "passkey")
    assert "consent.exported" not in await told(hall, me)


async def test_copies_are_counted(hall: Hall) -> None:
    me, other = await hall.sign_in(PHONE), await hall.sign_in(OTHER)
    for _ in range(hall.settings.exports_per_day):
        assert (await hall.client.get(EXPORT, headers=me)).status_code == 200
    assert refusal(await hall.client.get(EXPORT, headers=me)) == (429, "hall.rate_limited")
    assert (await hall.client.get(EXPORT, headers=other)).status_code == 200


@pytest.mark.parametrize(("most", "complete", "rows"), [(2, True, 2), (1, False, 1)])
async def test_a_part_that_is_cut_says_so(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, most: int, complete: bool, rows: int
) -> None:
    me, _ = await _life(hall)
    monkeypatch.setattr(collecting, "MOST_ROWS", most)
    monkeypatch.setattr(collecting, "PORTION", 1)
    part = json.loads((await hall.client.get(EXPORT, headers=me)).content)["parts"]["payments.payments"]
    assert (part["complete"], len(part["rows"])) == (complete, rows)
    assert part["rows"][0]["amount"] == 420, "the newest are kept"


async def test_on_the_page_it_says_what_is_left_out_and_why(hall: Hall) -> None:
    await hall.sign_in(PHONE)
    await enter(hall, PHONE)
    page = await hall.client.get("/me/export", headers={"Accept-Language": "en"})
    assert "Text messages: their words are wiped once they are sent." in page.text
    assert "people.pins" not in page.text, "names of tables are for programs"
    form = {"_csrf_token": hall.client.cookies["openhall_csrf"], "format": "zip"}
    taken = await hall.client.post("/me/export", data=form)
    assert zipfile.ZipFile(io.BytesIO(taken.content)).testzip() is None
    assert (await hall.client.post("/me/export", data=form | {"format": "doc"})).status_code == 400
    with clock.at(clock.now() + timedelta(minutes=6)):
        stale = await hall.client.post("/me/export", data=form)
        assert (stale.status_code, stale.headers["Location"].partition("?")[0]) == (303, "/step-up")
