"""Who looked at my data: what is written down when somebody is shown it, for whom, and in whose words."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from openhall.base import clock
from openhall.core import people
from openhall.core.people import accesses
from openhall.core.people.accesses.looks import RECOVERY
from openhall.core.people.package import CHECKS
from openhall.core.people.recovery.actions import open_recovery
from openhall.core.people.recovery.types import Evidence
from tests.core.people.names.people import FATHER, XIAOMING, be
from tests.core.people.pins.steps import id_of
from tests.hall import Hall, Headers, fresh_key
from tests.house.visitor import enter

pytestmark = pytest.mark.anyio
PHONE, OTHER, OPERATOR = "13800000001", "13800000002", "13800000007"
MINE = "/api/v1/me/accesses"


async def _looks(hall: Hall, who: Headers, **headers: str) -> list[dict[str, Any]]:
    answer = await hall.client.get(MINE, headers=who | headers)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["accesses"]
    return found


async def _operator_enters(hall: Hall, name: str = "") -> UUID:
    headers = await hall.sign_in(OPERATOR)
    await hall.client.patch("/api/v1/me", json={"name": name}, headers=headers)
    operator = await id_of(hall, headers)
    async with hall.pool.write() as conn:
        await people.add_operator(conn, operator)
    await enter(hall, OPERATOR)
    return operator


async def _recovery(hall: Hall, operator: UUID, phone: str = PHONE) -> UUID:
    async with hall.pool.write() as conn:
        return await open_recovery(
            conn,
            hall.settings,
            operator=operator,
            phone=phone,
            evidence=Evidence.PASSPORT,
            note="photo matches",
            stolen=False,
        )


async def test_a_resident_reads_which_operator_looked_at_what_and_what_for(hall: Hall) -> None:
    resident, other = await hall.sign_in(PHONE), await hall.sign_in(OTHER)
    recovery = await _recovery(hall, await _operator_enters(hall, "Lin Yue"))
    assert (await hall.client.get(f"/operator/recoveries/{recovery}")).status_code == 200
    (one,) = await _looks(hall, resident, **{"Accept-Language": "en"})
    assert (one["capacity"], one["called"], one["look"]) == ("operator", "138****0007", "people.recovery")
    assert (one["what"], one["purpose"]) == (RECOVERY.what, RECOVERY.purpose)
    (chinese,) = await _looks(hall, resident, **{"Accept-Language": "zh-CN"})
    assert chinese["purpose"] == "为丢失手机号的人找回账户"
    assert await _looks(hall, other) == []
    await hall.books_agree()


async def test_a_name_an_operator_chose_is_not_what_the_resident_reads(hall: Hall) -> None:
    resident = await hall.sign_in(PHONE)
    recovery = await _recovery(hall, await _operator_enters(hall, "Chief Wang"))
    await hall.client.get(f"/operator/recoveries/{recovery}")
    (one,) = await _looks(hall, resident)
    assert one["called"] == "138****0007"
    assert "Wang" not in str(one)


async def test_going_back_to_a_page_is_one_look_and_coming_again_later_is_another(hall: Hall) -> None:
    resident = await hall.sign_in(PHONE)
    recovery = await _recovery(hall, await _operator_enters(hall))
    for _ in range(3):
        await hall.client.get(f"/operator/recoveries/{recovery}")
    assert len(await _looks(hall, resident)) == 1
    with clock.at(clock.now() + accesses.AGAIN + timedelta(seconds=1)):
        await hall.client.get(f"/operator/recoveries/{recovery}")
    assert len(await _looks(hall, resident)) == 2


async def test_a_list_counts_for_everybody_who_is_in_it(hall: Hall) -> None:
    resident, other = await hall.sign_in(PHONE), await hall.sign_in(OTHER)
    operator = await _operator_enters(hall)
    await _recovery(hall, operator)
    await _recovery(hall, operator, OTHER)
    await hall.client.get("/operator/recoveries")
    assert [one["look"] for who in (resident, other) for one in await _looks(hall, who)] == ["people.recovery"] * 2


async def test_whoever_is_turned_away_has_seen_nothing(hall: Hall) -> None:
    resident = await hall.sign_in(PHONE)
    recovery = await _recovery(hall, await id_of(hall, await hall.sign_in(OPERATOR)))
    await enter(hall, OTHER)
    assert (await hall.client.get(f"/operator/recoveries/{recovery}")).status_code == 404
    assert await _looks(hall, resident) == []


async def test_a_shop_that_opens_a_payment_is_named_to_the_payer_who_is_not_told_of_themselves(hall: Hall) -> None:
    payer, owner = await hall.sign_in(PHONE), await hall.sign_in(OTHER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 1000)
    paid = (await hall.pay(payer, code=shop["code"], amount=350)).json()["id"]
    await enter(hall, PHONE)
    await hall.client.get(f"/payments/{paid}")
    assert await _looks(hall, payer) == []
    await enter(hall, OTHER)
    assert (await hall.client.get(f"/payments/{paid}/refund", params={"request_key": "a-look"})).status_code == 200
    (one,) = await _looks(hall, payer)
    assert (one["capacity"], one["called"], one["look"]) == ("shop", shop["name"], "payments.payment")
    assert await _looks(hall, owner) == []


async def test_who_is_shown_by_name_learns_who_typed_the_number_and_who_has_no_name_is_not_there(hall: Hall) -> None:
    sender, named, unnamed = [await hall.sign_in(phone) for phone in (OPERATOR, PHONE, OTHER)]
    await be(hall, sender, FATHER)
    await be(hall, named, XIAOMING)
    for phone in (PHONE, OTHER):
        asked = await hall.client.post("/api/v1/transfers/receiver", json={"to_phone": phone}, headers=sender)
        assert asked.status_code == 200, asked.text
    (one,) = await _looks(hall, named)
    assert (one["capacity"], one["called"], one["look"]) == ("resident", "李*", "payments.receiver")
    assert await _looks(hall, unnamed) == []


async def test_the_list_goes_on_where_a_page_ends(hall: Hall) -> None:
    resident, operator = await hall.sign_in(PHONE), await _operator_enters(hall)
    me = await id_of(hall, resident)
    by = accesses.Looker(operator, accesses.Capacity.OPERATOR, "Lin Yue")
    async with hall.pool.write() as conn:
        for _ in range(62):
            await accesses.saw(conn, RECOVERY, by, [me], about=uuid4())
    first = (await hall.client.get(MINE, headers=resident)).json()
    rest = (await hall.client.get(MINE, params={"before": first["next_cursor"]}, headers=resident)).json()
    assert (len(first["accesses"]), len(rest["accesses"]), rest["next_cursor"]) == (50, 12, None)
    assert not {one["id"] for one in first["accesses"]} & {one["id"] for one in rest["accesses"]}


async def test_what_was_written_down_stays(hall: Hall) -> None:
    await hall.sign_in(PHONE)
    recovery = await _recovery(hall, await _operator_enters(hall))
    await hall.client.get(f"/operator/recoveries/{recovery}")
    for statement in (b"delete from people.accesses", b"update people.accesses set called = ''"):
        with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
            async with hall.pool.write() as conn:
                await conn.execute(statement)


async def test_the_check_finds_a_look_that_was_told_to_somebody_else(hall: Hall) -> None:
    await hall.sign_in(PHONE)
    stranger = await id_of(hall, await hall.sign_in(OTHER))
    operator = await _operator_enters(hall)
    recovery = await _recovery(hall, operator)
    by = accesses.Looker(operator, accesses.Capacity.OPERATOR, "")
    async with hall.pool.write() as conn:
        await accesses.saw(conn, RECOVERY, by, [stranger], about=recovery)
    (check,) = [one for one in CHECKS if one.name == "people.accesses_told"]
    async with hall.pool.read() as reader:
        assert len(await (await reader.execute(check.query.sql.encode(), {})).fetchall()) == 1


async def test_the_page_says_who_and_when_empty_what_will_stand_there(hall: Hall) -> None:
    payer, owner = await hall.sign_in(PHONE), await hall.sign_in(OTHER)
    await enter(hall, PHONE)
    assert "Nobody has looked" in (await hall.client.get("/me/accesses", headers={"Accept-Language": "en"})).text
    shop = await hall.open_shop(owner, "<b>王记</b>")
    await hall.give(payer, 1000)
    paid = (await hall.pay(payer, code=shop["code"], amount=350)).json()["id"]
    await enter(hall, OTHER)
    await hall.client.get(f"/payments/{paid}")
    await enter(hall, PHONE)
    page = await hall.client.get("/me/accesses", headers={"Accept-Language": "en"})
    assert "A shop you paid: <bdi>&lt;b&gt;王记&lt;/b&gt;</bdi>" in page.text
    back = await hall.client.post(
        f"/api/v1/payments/{paid}/refunds", json={"amount": 1, "reason": "Sold out"}, headers=owner | fresh_key()
    )
    assert back.status_code == 201


async def test_an_operator_who_asks_whether_somebody_is_here_has_looked(hall: Hall) -> None:
    resident = await hall.sign_in(PHONE)
    await _operator_enters(hall, "Lin Yue")
    token = {"_csrf_token": hall.client.cookies["openhall_csrf"]}
    found = await hall.client.post("/operator/families/find", data=token | {"number": PHONE})
    assert PHONE not in found.headers["location"], "addresses are kept in logs"
    assert (await hall.client.get(found.headers["location"])).status_code == 200
    cleared = await hall.client.post("/operator/freezes", data=token | {"phone": PHONE, "act": "pin"})
    assert cleared.status_code == 303
    assert [one["look"] for one in await _looks(hall, resident)] == ["people.freeze", "families.link"]


async def test_who_tries_to_freeze_what_is_frozen_has_looked(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when the list below the refusal does not show it."""
    monkeypatch.setattr("openhall.core.people.freezes.pages.LINES", 0)
    resident = await hall.sign_in(PHONE)
    await hall.client.post("/api/v1/me/freeze", headers=resident)
    await _operator_enters(hall)
    token = {"_csrf_token": hall.client.cookies["openhall_csrf"]}
    tried = await hall.client.post("/operator/freezes", data=token | {"phone": PHONE, "note": "called"})
    assert tried.status_code == 409
    assert [one["look"] for one in await _looks(hall, resident)] == ["people.freeze"]
