"""Keys of scanners: told once, kept hashed, each for its own shop and for what its scopes say."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from openhall.base import clock
from openhall.base.errors import Problem
from openhall.city.merchants import keys
from tests.core.payments.charging.stage import OTHER, Stage, make_key, set_up
from tests.hall import Hall, Headers, fresh_key

pytestmark = pytest.mark.anyio


async def made(stage: Stage, headers: Headers | None = None, **changes: Any) -> Any:
    body = {"name": "Scanner 1", "scopes": ["charges:write"]} | changes
    path = f"/api/v1/shops/{stage.shop['id']}/keys"
    return await stage.hall.client.post(path, json=body, headers=stage.owner | (headers or {}))


async def listed(stage: Stage) -> list[dict[str, Any]]:
    answer = await stage.hall.client.get(f"/api/v1/shops/{stage.shop['id']}/keys", headers=stage.owner)
    found: list[dict[str, Any]] = answer.json()["keys"]
    return found


async def test_a_key_is_told_once_and_kept_hashed(hall: Hall) -> None:
    stage = await set_up(hall)
    answer = await made(stage)
    assert answer.status_code == 201
    key = answer.json()["key"]
    assert len(key) == 47
    assert key.startswith(answer.json()["hint"])
    assert key not in str(await listed(stage))
    async with hall.pool.read() as reader:
        for table in (b"merchants.keys", b"base.idempotency", b"base.events"):
            rows = await (await reader.execute(b"select t::text from " + table + b" t")).fetchall()
            assert key not in str(rows)


async def test_a_retry_with_the_same_idempotency_key_makes_no_second_key(hall: Hall) -> None:
    stage = await set_up(hall)
    retried = fresh_key()
    first, again = await made(stage, retried), await made(stage, retried)
    assert first.json() == again.json()
    assert len(await listed(stage)) == 2
    async with hall.pool.read() as reader:
        rows = await (await reader.execute(b"select body from base.idempotency")).fetchall()
    assert first.json()["key"] not in str(rows), "the record of the answer holds no key"


async def test_the_list_says_when_a_key_was_last_used(hall: Hall) -> None:
    stage = await set_up(hall)
    assert [key["used_at"] for key in await listed(stage)] == [None]
    assert (await stage.charge(await stage.code())).status_code == 201
    (key,) = await listed(stage)
    assert key["used_at"] is not None
    assert (key["name"], key["scopes"]) == ("Scanner", ["charges:write", "payments:read", "refunds:write"])
    assert (await stage.charge(await stage.code())).status_code == 201
    assert (await listed(stage))[0]["used_at"] == key["used_at"], "to within five minutes is enough"


async def test_a_revoked_key_opens_nothing_any_more(hall: Hall) -> None:
    stage = await set_up(hall)
    (key,) = await listed(stage)
    path = f"/api/v1/shops/{stage.shop['id']}/keys/{key['id']}"
    for _ in range(2):
        assert (await hall.client.delete(path, headers=stage.owner)).status_code == 204
    assert await listed(stage) == []
    refused = await stage.charge(await stage.code())
    assert (refused.status_code, refused.json()["code"]) == (401, "merchants.key_invalid")
    assert refused.headers["WWW-Authenticate"] == "Bearer"
    missing = await hall.client.delete(f"{path[:-36]}{uuid4()}", headers=stage.owner)
    assert (missing.status_code, missing.json()["code"]) == (404, "merchants.key_not_found")


async def test_a_key_does_what_its_scopes_say(hall: Hall) -> None:
    stage = await set_up(hall)
    paid = (await stage.charge(await stage.code())).json()["id"]
    for scope in keys.Scope:
        key = await make_key(hall, stage.owner, stage.shop, [scope])
        charged = await stage.charge(await stage.code(), by=key)
        looked = await stage.look(paid, by=key)
        reversed_ = await stage.reverse(paid, by=key)
        statuses = [charged.status_code, looked.status_code, reversed_.status_code]
        assert (
            statuses
            == {
                keys.Scope.CHARGES: [201, 200, 403],
                keys.Scope.PAYMENTS: [403, 200, 403],
                keys.Scope.REFUNDS: [403, 403, 200],
            }[scope]
        )
        refused = [answer.json()["code"] for answer in (charged, looked, reversed_) if answer.status_code == 403]
        assert set(refused) == {"merchants.scope_missing"}


async def test_a_key_is_of_one_shop(hall: Hall) -> None:
    stage = await set_up(hall)
    elsewhere = await make_key(hall, stage.owner, await hall.open_shop(stage.owner, "Next door"))
    paid = (await stage.charge(await stage.code())).json()["id"]
    answers = [
        await stage.charge(await stage.code(), by=elsewhere),
        await stage.look(paid, by=elsewhere),
        await stage.reverse(paid, by=elsewhere),
        await stage.reverse_reference("R1", by=elsewhere),
    ]
    assert {answer.status_code for answer in answers} == {404}


async def test_only_who_may_manage_the_shop_makes_keys(hall: Hall) -> None:
    stage = await set_up(hall)
    other = await hall.sign_in(OTHER)
    body = {"name": "Scanner", "scopes": ["charges:write"]}
    for somebody in (other, stage.key):
        answer = await hall.client.post(f"/api/v1/shops/{stage.shop['id']}/keys", json=body, headers=somebody)
        assert answer.status_code == (404 if somebody is other else 403)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": " "}, "merchants.key_name_invalid"),
        ({"name": "x" * 41}, "merchants.key_name_invalid"),
        ({"scopes": []}, "hall.malformed"),
        ({"scopes": ["everything"]}, "hall.malformed"),
    ],
)
async def test_a_key_needs_a_name_and_something_to_do(hall: Hall, changes: dict[str, Any], code: str) -> None:
    stage = await set_up(hall)
    refused = await made(stage, **changes)
    assert (refused.status_code, refused.json()["code"]) == (400, code)


async def test_a_shop_has_a_limited_number_of_keys(hall: Hall) -> None:
    stage = await set_up(hall)
    async with hall.pool.write() as conn:
        await conn.execute(
            b"insert into merchants.keys (id, shop, name, scopes, key_hash, hint, made_by, made_at) "
            b"select gen_random_uuid(), shop, name, scopes, sha256(n::text::bytea), hint, made_by, made_at "
            b"from merchants.keys, generate_series(2, 50) n"
        )
    refused = await made(stage)
    assert (refused.status_code, refused.json()["code"]) == (422, "merchants.too_many_keys")
    (first, *_) = await listed(stage)
    await hall.client.delete(f"/api/v1/shops/{stage.shop['id']}/keys/{first['id']}", headers=stage.owner)
    assert (await made(stage)).status_code == 201


def test_only_what_looks_like_a_key_is_looked_up() -> None:
    made_key = keys.text_of("a secret for tests only, 32 characters", uuid4())
    assert keys.is_key(made_key)
    assert keys.key_hash(made_key) is not None
    for wrong in (made_key[:-1], made_key + "x", "ohk_", "x" * 47, made_key.replace("ohk_", "ohk-")):
        assert keys.key_hash(wrong) is None


async def test_a_use_is_noted_again_after_a_while(hall: Hall) -> None:
    stage = await set_up(hall)
    await stage.charge(await stage.code())
    (before,) = await listed(stage)
    with clock.at(clock.now() + keys.rules.SEEN_EVERY * 2):
        await stage.charge(await stage.code())
    (after,) = await listed(stage)
    assert after["used_at"] > before["used_at"]


async def managers_key(stage: Stage) -> tuple[Headers, Headers, str]:
    """A manager, a key that they made, and under which id they work there."""
    manager = await stage.hall.hire(stage.owner, stage.shop, OTHER, "manager")
    key = await make_key(stage.hall, manager, stage.shop)
    staff = await stage.hall.client.get(f"/api/v1/shops/{stage.shop['id']}/staff", headers=stage.owner)
    return manager, key, staff.json()["staff"][0]["id"]


@pytest.mark.parametrize("how", ["removed", "demoted", "left", "demoted by an invitation"])
async def test_the_keys_of_a_manager_end_with_their_role_and_the_owner_sees_which(hall: Hall, how: str) -> None:
    stage = await set_up(hall)
    manager, key, worker = await managers_key(stage)
    paid = (await stage.charge(await stage.code(), by=key)).json()["id"]
    path = f"/api/v1/shops/{stage.shop['id']}/staff/{worker}"
    if how in ("removed", "left"):
        answer = await hall.client.delete(path, headers=stage.owner if how == "removed" else manager)
        assert answer.status_code == 204
    elif how == "demoted":
        assert (await hall.client.patch(path, json={"role": "cashier"}, headers=stage.owner)).status_code == 200
    else:
        await hall.hire(stage.owner, stage.shop, OTHER, "cashier")
    for refused in (await stage.reverse(paid, by=key), await stage.charge(await stage.code(), by=key)):
        assert (refused.status_code, refused.json()["code"]) == (401, "merchants.key_invalid")
    answer = await hall.client.get(f"/api/v1/shops/{stage.shop['id']}/keys", headers=stage.owner)
    (ended,) = answer.json()["ended"]
    assert (ended["name"], ended["hint"]) == ("Scanner", key["Authorization"].removeprefix("Bearer ")[:8])
    assert len(answer.json()["keys"]) == 1, "the owner's own key goes on"
    assert (await stage.charge(await stage.code())).status_code == 201


async def test_a_manager_who_is_being_removed_makes_no_key_meanwhile(hall: Hall) -> None:
    stage = await set_up(hall)
    manager, _, worker = await managers_key(stage)
    me = (await hall.client.get("/api/v1/me", headers=manager)).json()["id"]
    shop = UUID(stage.shop["id"])
    path = f"/api/v1/shops/{stage.shop['id']}/staff/{worker}"
    assert (await hall.client.delete(path, headers=stage.owner)).status_code == 204
    with pytest.raises(Problem) as refused:
        # What a request does that was let in as a manager's, and waited for the removal.
        async with hall.pool.write() as conn:
            await keys.make(
                conn, shop=shop, resident=UUID(me), name="x", scopes=list(keys.Scope), hall_secret=hall.settings.secret
            )
    assert refused.value.code == "merchants.shop_not_found"


async def test_a_good_key_at_another_address_is_told_what_it_may_do(hall: Hall) -> None:
    stage = await set_up(hall)
    told = await hall.client.get("/api/v1/me", headers=stage.key)
    assert (told.status_code, told.json()["code"]) == (403, "merchants.key_elsewhere")
    assert told.json()["scopes"] == ["charges:write", "payments:read", "refunds:write"]
    assert told.json()["shop"] == stage.shop["id"]
    paid = await hall.pay(stage.key, code=stage.shop["code"], amount=100)
    assert (paid.status_code, paid.json()) == (403, told.json())
    unknown = await hall.client.get("/api/v1/me", headers={"Authorization": "Bearer ohk_" + "x" * 43})
    assert (unknown.status_code, unknown.json()["code"]) == (401, "people.session_invalid")
