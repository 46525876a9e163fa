"""What every answer carries: the headers that protect people, and words in their language."""

import re

import httpx
import msgspec
import pytest

from openhall.base.config import Settings
from openhall.web.headers import HEADERS, HTTPS_ONLY
from tests.conftest import open_hall
from tests.hall import Hall, fresh_key
from tests.outside_fixture import OutsideProgram

pytestmark = pytest.mark.anyio

EVERYWHERE = [
    ("GET", "/"),
    ("GET", "/sign-in"),
    ("GET", "/wallet"),
    ("GET", "/docs"),
    ("GET", "/nowhere"),
    ("DELETE", "/wallet"),
    ("POST", "/sign-in"),
    ("GET", "/static/css/app.css"),
    ("GET", "/static/none.css"),
    ("GET", "/health/live"),
    ("GET", "/health/ready"),
    ("GET", "/metrics"),
    ("GET", "/api/openapi.json"),
    ("GET", "/api/v1/me"),
    ("GET", "/api/v1/categories"),
    ("GET", "/api/v1/nowhere"),
    ("POST", "/api/v1/payments"),
    ("GET", "/demo/phone/13800138000"),
]


@pytest.mark.parametrize(("method", "path"), EVERYWHERE)
async def test_every_answer_protects_whoever_gets_it(hall: Hall, method: str, path: str) -> None:
    answer = await hall.client.request(method, path)
    for name, value in HEADERS.items():
        assert answer.headers.get(name) == value, f"{path} ({answer.status_code}) lacks {name}"
    assert "server" not in answer.headers
    assert answer.headers.get("Content-Type", "").count("charset") <= 1


async def test_nothing_may_stand_inside_a_page_but_what_comes_from_here() -> None:
    policy = dict(part.strip().partition(" ")[::2] for part in HEADERS["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["object-src"] == "'none'"
    for directive in ("script-src", "style-src"):
        assert "unsafe-inline" not in policy[directive]
        assert "'unsafe-eval'" not in policy[directive]
        assert "http" not in policy[directive]


@pytest.mark.parametrize(
    ("accept", "cookie", "words"),
    [
        ("zh-CN,zh;q=0.9", None, "这里没有内容。"),
        ("en", None, "There is nothing here."),
        ("en", "zh_CN", "这里没有内容。"),
        ("zh", "en", "There is nothing here."),
        ("fr", None, "There is nothing here."),
        ("ug", None, "这里没有内容。"),
        ("", "klingon", "这里没有内容。"),
        ("en;q=0.9, zh;q=0.8", None, "There is nothing here."),
    ],
)
async def test_pages_and_problems_speak_the_language_of_the_person(
    hall: Hall, accept: str, cookie: str | None, words: str
) -> None:
    headers = {"Accept-Language": accept} | ({"Cookie": f"lang={cookie}"} if cookie else {})
    page = await hall.client.get("/nowhere", headers=headers)
    assert words in page.text
    assert f'lang="{"en" if "There" in words else "zh-CN"}"' in page.text
    problem = await hall.client.get("/api/v1/nowhere", headers=headers)
    assert problem.json()["title"] == words


async def test_personal_pages_are_kept_by_no_cache(hall: Hall) -> None:
    resident = await hall.sign_in("13800000001")
    for path in ("/api/v1/me", "/api/v1/wallet", "/api/v1/wallet/entries", "/api/v1/auth/sessions"):
        answer = await hall.client.get(path, headers=resident)
        assert answer.headers.get("Cache-Control") == "no-store", path
    for path in ("/", "/sign-in", "/wallet"):
        assert (await hall.client.get(path)).headers.get("Cache-Control") == "no-store", path


async def test_static_files_may_be_kept_and_are_named_by_their_content(hall: Hall) -> None:
    page = await hall.client.get("/")
    address = re.search(r"/static/css/app\.css\?v=[0-9a-f]{12}", page.text)
    assert address
    style = await hall.client.get(address[0])
    assert style.status_code == 200
    assert style.headers["Content-Type"].startswith("text/css")
    assert "max-age=86400" in style.headers["Cache-Control"]


async def _form(hall: Hall) -> dict[str, str]:
    await hall.client.get("/sign-in")
    return {"_csrf_token": hall.client.cookies["openhall_csrf"], "phone": "13800000005"}


async def test_a_form_of_another_site_is_refused(hall: Hall) -> None:
    form = await _form(hall)
    for wrong in ({}, {"_csrf_token": "invented"}, {"_csrf_token": form["_csrf_token"][::-1]}):
        refused = await hall.client.post("/sign-in", data={"phone": form["phone"]} | wrong)
        assert refused.status_code == 403
        assert "hall.csrf_failed" in refused.text
    assert (await hall.client.post("/sign-in", data=form)).status_code == 303


async def test_a_token_without_its_cookie_is_refused(hall: Hall) -> None:
    form = await _form(hall)
    hall.client.cookies.clear()
    assert (await hall.client.post("/sign-in", data=form)).status_code == 403


@pytest.mark.parametrize("old", ["0" * 128, "x", "长安".encode().hex()])
async def test_the_cookie_of_another_secret_is_replaced(hall: Hall, old: str) -> None:
    """After a change of the secret, or of another demo on the same machine: the second try works."""
    hall.client.cookies.set("openhall_csrf", old, domain="localhost.local", path="/")
    refused = await hall.client.post("/sign-in", data=await _form(hall))
    assert refused.status_code == 403
    assert (await hall.client.post("/sign-in", data=await _form(hall))).status_code == 303


async def test_another_site_cannot_spoil_a_good_cookie(hall: Hall) -> None:
    form = await _form(hall)
    refused = await hall.client.post("/sign-in", data={"phone": form["phone"]})
    assert refused.status_code == 403
    assert "set-cookie" not in refused.headers
    assert (await hall.client.post("/sign-in", data=form)).status_code == 303


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\/evil",
        "javascript:alert(1)",
        "/\t/evil",
        "http:evil",
    ],
)
async def test_nobody_is_sent_to_another_site(hall: Hall, target: str) -> None:
    form = await _form(hall)
    answer = await hall.client.post("/me/preferences", data=form | {"lang": "en", "back": target})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    page = await hall.client.get("/sign-in", params={"next": target})
    assert page.cookies.get("openhall_next") in (None, "%2F", "/", '"/"')


async def test_a_way_back_inside_the_hall_is_followed(hall: Hall) -> None:
    form = await _form(hall)
    answer = await hall.client.post("/me/preferences", data=form | {"lang": "en", "back": "/wallet?month=2026-11"})
    assert answer.headers["Location"] == "/wallet?month=2026-11"


async def test_cookies_are_out_of_reach_of_scripts_and_other_sites(hall: Hall) -> None:
    page = await hall.client.get("/sign-in")
    form = await _form(hall)
    sent = await hall.client.post("/sign-in", data=form)
    for header in [*page.headers.get_list("set-cookie"), *sent.headers.get_list("set-cookie")]:
        assert "httponly" in header.lower(), header
        assert re.search("samesite=(lax|strict)", header.lower()), header


async def test_health_says_whether_the_hall_can_serve(hall: Hall) -> None:
    live, ready = await hall.client.get("/health/live"), await hall.client.get("/health/ready")
    assert (live.status_code, live.json()) == (200, {"status": "live"})
    assert (ready.status_code, ready.json()) == (200, {"status": "ready"})


async def test_metrics_count_by_route_and_never_by_person(hall: Hall) -> None:
    resident = await hall.sign_in("13800000001")
    unknown = "0197a000-0000-7000-8000-000000000001"
    await hall.client.get(f"/api/v1/payments/{unknown}", headers=resident)
    await hall.client.get("/nowhere/13800000001")
    await hall.client.post("/api/v1/payments", json={"code": "x", "amount": 1}, headers=resident | fresh_key())
    text = (await hall.client.get("/metrics")).text
    assert 'openhall_requests_total{method="GET",route="/api/v1/payments/{payment_id}",status="404"}' in text.replace(
        "{payment_id:uuid}", "{payment_id}"
    )
    assert "openhall_batch_items_count" in text
    for personal in ("13800000001", unknown, resident["Authorization"][7:]):
        assert personal not in text
    routes = set(re.findall(r'route="([^"]*)"', text))
    assert all(route == "none" or route.startswith("/") for route in routes)
    assert not [route for route in routes if "nowhere" in route]


async def test_an_answer_that_is_asked_as_json_is_json(hall: Hall) -> None:
    for accept, kind in (("application/json", "application/problem+json"), ("text/html", "text/html")):
        answer: httpx.Response = await hall.client.get("/soon/nothing", headers={"Accept": accept})
        assert answer.status_code == 404
        assert answer.headers["Content-Type"].startswith(kind)


async def test_a_hall_on_plain_http_asks_nobody_to_come_by_https(hall: Hall) -> None:
    answer = await hall.client.get("/sign-in")
    assert not HTTPS_ONLY.keys() & answer.headers.keys()
    assert "__Host-" not in str(answer.headers)


async def test_a_hall_on_https_binds_browsers_and_cookies_to_its_address(
    settings: Settings, outside: OutsideProgram
) -> None:
    async with open_hall(msgspec.structs.replace(settings, cookie_secure=True), outside) as hall:
        app = hall.client._transport.app  # type: ignore[attr-defined]
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://localhost") as client:
            page = await client.get("/sign-in")
            assert page.headers["Strict-Transport-Security"] == "max-age=31536000"
            cookies = page.headers.get_list("set-cookie")
            assert cookies
            for cookie in cookies:
                assert cookie.startswith("__Host-openhall_")
                assert {"secure", "path=/"} <= {part.strip().lower() for part in cookie.split(";")}
                assert "domain" not in cookie.lower()
            form = {"_csrf_token": client.cookies["__Host-openhall_csrf"], "phone": "13800000005"}
            assert (await client.post("/sign-in", data=form)).status_code == 303
            planted = {"Cookie": f"openhall_csrf={form['_csrf_token']}"}
            client.cookies.clear()
            assert (await client.post("/sign-in", data=form, headers=planted)).status_code == 403


async def test_a_cookie_that_is_taken_back_is_taken_back_by_its_whole_name(
    settings: Settings, outside: OutsideProgram
) -> None:
    async with open_hall(msgspec.structs.replace(settings, cookie_secure=True), outside) as hall:
        app = hall.client._transport.app  # type: ignore[attr-defined]
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://localhost") as client:
            await client.get("/sign-in")
            form = {"_csrf_token": client.cookies["__Host-openhall_csrf"]}
            out = await client.post("/sign-out", data=form)
            (cookie,) = [one for one in out.headers.get_list("set-cookie") if "openhall_session" in one]
            assert cookie.startswith("__Host-openhall_session=")
            assert cookie.endswith("; Secure")
            assert "max-age=0" in cookie.lower()
