"""What must not be sent, sent to the edge: each gets the right status, as a problem, and the hall goes on."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.hall import Hall, fresh_key

pytestmark = pytest.mark.anyio

JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
async def resident(hall: Hall) -> dict[str, str]:
    return await hall.sign_in("13800000001")


def is_problem(answer: httpx.Response, status: int, code: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert (body["status"], body["code"], body["type"]) == (status, code, f"/docs/errors#{code}")
    assert body["title"]
    assert body["detail"]


async def post(hall: Hall, headers: dict[str, str], content: bytes) -> httpx.Response:
    return await hall.client.post("/api/v1/payments", content=content, headers=JSON | fresh_key() | headers)


async def test_a_body_of_a_megabyte_is_too_large(hall: Hall, resident: dict[str, str]) -> None:
    is_problem(await post(hall, resident, b" " * 1_000_000), 413, "hall.body_too_large")

    async def dripping() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b" " * 10_000

    chunked = await hall.client.post("/api/v1/payments", content=dripping(), headers=JSON | fresh_key() | resident)
    is_problem(chunked, 413, "hall.body_too_large")


async def test_a_page_form_of_a_megabyte_is_too_large(hall: Hall) -> None:
    await hall.client.get("/sign-in")
    form = {"_csrf_token": hall.client.cookies["openhall_csrf"], "phone": "1" * 1_000_000}
    refused = await hall.client.post("/sign-in", data=form)
    assert refused.status_code == 413
    assert refused.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
async def test_a_body_that_is_not_said_to_be_json_is_unsupported(
    hall: Hall, resident: dict[str, str], kind: str
) -> None:
    body = b'{"code": "123456782", "amount": 1}'
    is_problem(await post(hall, resident | {"Content-Type": kind}, body), 415, "hall.unsupported_type")


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", "Application/JSON"])
async def test_json_may_be_said_in_many_ways(hall: Hall, resident: dict[str, str], kind: str) -> None:
    body = b'{"code": "123456782", "amount": 1}'
    is_problem(await post(hall, resident | {"Content-Type": kind}, body), 422, "payments.code_damaged")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"code"',
        b"{'code': 1}",
        b'{"code": "\xff\xfe", "amount": 1}',
        b"\xff",
        b'{"code": "\\ud800", "amount": 1}',
        b'{"code": "123456782", "amount": NaN}',
        b'{"code": "123456782", "amount": 1e400}',
        b'{"code": "123456782", "amount": 1.0}',
        b'{"code": "123456782", "amount": "1"}',
        b'{"code": "123456782", "amount": 99999999999999999999999999}',
        b'{"code": "123456782", "amount": 1} trailing',
        b'{"code": "123456782", "amount": 1, "payer": "somebody else"}',
        b'{"code": {"$ne": ""}, "amount": 1}',
        b"[" * 20_000,
    ],
)
async def test_a_broken_body_is_malformed(hall: Hall, resident: dict[str, str], body: bytes) -> None:
    is_problem(await post(hall, resident, body), 400, "hall.malformed")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "应为 UTF-8 编码的 JSON"),
        (b'{"code": "1", "amount": "350"}', "应为 `int | null`，收到的是 `str`"),
        (b'{"code": 7, "amount": 350}', "应为 `str | null`，收到的是 `int`"),
        (b'{"code": "1", "amount": 0}', "应为 `int`，且 >= 1"),
        (b'{"code": "1", "amount": 1, "order_id": "x"}', "格式不正确：UUID"),
    ],
)
async def test_what_is_wrong_with_a_field_is_said_in_the_readers_language(
    hall: Hall, resident: dict[str, str], body: bytes, said: str
) -> None:
    headers = resident | {"Content-Type": "application/json", "Idempotency-Key": "k", "Accept-Language": "zh-CN"}
    answer = await hall.client.post("/api/v1/payments", content=body, headers=headers)
    assert answer.status_code == 400, answer.text
    assert [error["message"] for error in answer.json()["errors"]] == [said]
    english = await hall.client.post("/api/v1/payments", content=body, headers=headers | {"Accept-Language": "en"})
    assert re.fullmatch(r"[ -~]+", english.json()["errors"][0]["message"])


async def test_a_malformed_body_is_named_field_by_field(hall: Hall, resident: dict[str, str]) -> None:
    english = resident | {"Accept-Language": "en"}
    refused = await post(hall, english, b'{"code": "123456782", "amount": "350"}')
    assert refused.json()["errors"] == [{"field": "amount", "message": "Expected `int | null`, got `str`"}]
    assert "350" not in refused.text, "what was sent is not repeated"


@pytest.mark.parametrize(
    "text", ["\x00", "a\x00b", "长安", "💰" * 100, "\u202eevil", "' or 1=1 --", "{{7*7}}", "%s%n", "../../etc"]
)
async def test_strange_text_is_only_text(hall: Hall, resident: dict[str, str], text: str) -> None:
    looked = await hall.client.get("/api/v1/codes/resolve", params={"payload": text}, headers=resident)
    assert looked.status_code == 422, looked.text
    body = {"shop_name": text, "category": "breakfast", "city": "Chang'an"}
    opened = await hall.client.post("/api/v1/merchants", json=body, headers=resident | fresh_key())
    assert opened.status_code in (201, 400), opened.text
    asked = await hall.client.post("/api/v1/auth/otp", json={"phone": text})
    assert asked.status_code == 400, asked.text


async def test_a_character_that_no_table_can_hold_is_malformed(hall: Hall, resident: dict[str, str]) -> None:
    body = {"amount": 1, "bank_account": "a\x00b"}
    key = fresh_key()
    is_problem(
        await hall.client.post("/api/v1/wallet/top-ups", json=body, headers=resident | key), 400, "hall.malformed"
    )
    mended = await hall.client.post(
        "/api/v1/wallet/top-ups", json=body | {"bank_account": "demo"}, headers=resident | key
    )
    assert mended.status_code == 201, "nothing was recorded under the key"


async def test_a_body_nested_too_deep_is_malformed(hall: Hall, resident: dict[str, str]) -> None:
    deep = b'{"shop_name": "x", "category": "food", "more": ' + b"[" * 30_000 + b"]" * 30_000 + b"}"
    refused = await hall.client.post("/api/v1/merchants", content=deep, headers=JSON | fresh_key() | resident)
    is_problem(refused, 400, "hall.malformed")


async def test_ids_that_are_none_are_not_found_or_malformed(hall: Hall, resident: dict[str, str]) -> None:
    for odd in ("1", "not-an-id", "%00", "0197a000-0000-7000-8000-00000000000", "x" * 5000):
        answer = await hall.client.get(f"/api/v1/payments/{odd}", headers=resident)
        assert answer.status_code in (400, 404), odd
        assert answer.headers["Content-Type"] == "application/problem+json"
    for odd in ("{id}", "%7Bid%7D", "..%2F..%2Fme"):
        assert (await hall.client.get(f"/api/v1/shops/{odd}", headers=resident)).status_code in (400, 404)


@pytest.mark.parametrize("query", ["cursor=0", "cursor=-1", "cursor=x", f"cursor={2**63}"])
async def test_a_cursor_that_is_none_is_malformed(hall: Hall, resident: dict[str, str], query: str) -> None:
    is_problem(await hall.client.get(f"/api/v1/wallet/entries?{query}", headers=resident), 400, "hall.malformed")


async def test_a_key_that_is_sent_twice_or_huge_is_refused(hall: Hall, resident: dict[str, str]) -> None:
    body = {"code": "123456782", "amount": 1}
    twice = [*resident.items(), ("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    answer = await hall.client.post("/api/v1/payments", json=body, headers=twice)
    assert answer.status_code in (400, 422)
    huge = await hall.client.post("/api/v1/payments", json=body, headers=resident | {"Idempotency-Key": "x" * 10_000})
    is_problem(huge, 400, "hall.idempotency_key_malformed")


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "bearer x", "Basic dTpw", "Bearer " + "x" * 9000, "Bearer a b", "Token x", "Bearer \xff"],
)
async def test_a_bearer_that_is_none_is_turned_away(hall: Hall, header: str) -> None:
    for path in ("/api/v1/me", "/api/v1/wallet"):
        answer = await hall.client.get(path, headers={b"Authorization": header.encode("latin-1")})
        assert answer.status_code == 401, header
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert answer.headers["Content-Type"] == "application/problem+json"


async def test_neither_door_opens_with_the_key_of_the_other(hall: Hall, resident: dict[str, str]) -> None:
    token = resident["Authorization"].removeprefix("Bearer ")
    assert (await hall.client.get("/api/v1/me", headers={"Cookie": f"openhall_session={token}"})).status_code == 401
    page = await hall.client.get("/wallet", headers={"Cookie": f"openhall_session={token}"})
    assert page.status_code == 303, "an API token is no page session"
    assert (await hall.client.get("/wallet", headers=resident)).status_code == 303


@pytest.mark.parametrize(
    ("path", "method"), [("/api/v1/payments", "GET"), ("/api/v1/me", "PUT"), ("/wallet", "DELETE")]
)
async def test_a_wrong_method_is_said_to_be_one(hall: Hall, path: str, method: str) -> None:
    answer = await hall.client.request(method, path, headers={"Accept-Language": "en"})
    assert answer.status_code == 405
    assert answer.headers["Allow"]
    if path.startswith("/api/"):
        is_problem(answer, 405, "hall.method_not_allowed")
    else:
        # A person has no method in mind: there is no such page.
        assert "There is nothing here." in answer.text
        assert "hall.method_not_allowed" in answer.text


async def test_options_and_head_do_no_harm(hall: Hall) -> None:
    for path in ("/", "/api/v1/me", "/api/v1/payments", "/wallet", "/static/css/app.css", "/nowhere"):
        for method in ("OPTIONS", "HEAD"):
            answer = await hall.client.request(method, path)
            assert answer.status_code in (200, 204, 404, 405), f"{method} {path}: {answer.status_code}"
            assert "access-control-allow-origin" not in answer.headers, "no other site may read us"


async def test_a_wrong_address_is_a_problem_or_a_page(hall: Hall) -> None:
    is_problem(await hall.client.get("/api/v1/nowhere"), 404, "hall.not_found")
    page = await hall.client.get("/nowhere", headers={"Accept-Language": "en", "Accept": "text/html"})
    assert page.status_code == 404
    assert "There is nothing here." in page.text
    is_problem(await hall.client.get("/nowhere", headers={"Accept": "application/json"}), 404, "hall.not_found")
    api = await hall.client.get("/api/v1/nowhere", headers={"Accept": "text/html"})
    is_problem(api, 404, "hall.not_found")


@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static/none.css"]
)
async def test_static_files_stay_in_their_folder(hall: Hall, path: str) -> None:
    answer = await hall.client.get(path)
    assert answer.status_code == 404, answer.text[:100]


async def test_a_bad_parameter_is_named_as_it_was_sent(hall: Hall) -> None:
    headers = await hall.sign_in("13800000001")
    nowhere = "/api/v1/shops/0197a000-0000-7000-8000-000000000001/book"
    refused = await hall.client.get(f"{nowhere}?from=soon", headers=headers)
    assert refused.status_code == 400
    assert [error["field"] for error in refused.json()["errors"]] == ["from"]
