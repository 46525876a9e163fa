"""Every address says who may come in, and keeps everybody else out."""

import re

import httpx
import msgspec
import pytest

from openhall.base.config import Settings
from openhall.web.discover import packages
from openhall.web.edge import BEARERS, WHO
from tests.conftest import open_hall
from tests.hall import Hall, fresh_key
from tests.house.the_app import Door, doors
from tests.house.things import things_of_somebody
from tests.house.visitor import enter
from tests.outside_fixture import OutsideProgram

DOORS = list(doors())
# Of the form of a scanner's key, and nobody's.
NO_KEY = "ohk_" + "x" * 43
# Checked by the handler's own transaction, or nothing to check: these may skip the gate's session.
OUTSIDE_THE_GATE = {
    ("POST", "/api/v1/payments"),
    ("POST", "/api/v1/shops/{shop_id:uuid}/charges"),
    ("GET", "/api/v1/shops/{shop_id:uuid}/charges/{charge_id:uuid}"),
    ("POST", "/api/v1/shops/{shop_id:uuid}/charges/reverse"),
    ("POST", "/api/v1/payments/{payment_id:uuid}/reverse"),
    ("GET", "/health/live"),
    ("GET", "/health/ready"),
    ("GET", "/metrics"),
    ("GET", "/service-worker.js"),
    ("GET", "/manifest.webmanifest"),
    ("GET", "/static/{file_path:path}"),
    ("HEAD", "/static/{file_path:path}"),
    ("GET", "/api/openapi.json"),
    ("GET", "/api"),
    ("GET", "/api/{path:str}"),
}
# Pages open to all, each with the reason why nobody's data is behind it.
PUBLIC = {
    "/": "a welcome for strangers",
    "/offline": "what a browser shows where there is no network",
    "/soon/{what:str}": "a word about what is not open yet",
    "/docs": "the API for people",
    "/docs/errors": "the codes for people",
    "/sign-in": "the way in",
    "/sign-in/code": "the way in",
    "/sign-out": "somebody whose session is over is signed out all the same",
    "/closed": "a word of goodbye, the same for everybody",
    "/me/preferences": "language and theme of a browser that is not signed in",
    "/api/v1/auth/otp": "the way in",
    "/api/v1/auth/session": "the way in",
    "/sign-in/passkey": "the way in",
    "/sign-in/passkey/options": "the way in",
    "/visit": "the way in for visitors",
    "/visit/passkey": "the way in for visitors",
    "/visit/passkey/options": "the way in for visitors",
    "/api/v1/passkeys/joining-options": "the way in for visitors",
    "/api/v1/passkeys/joinings": "the way in for visitors",
    "/recover": "the way back in",
    "/recover/code": "the way back in",
    "/api/v1/passkeys/authentication-options": "the way in",
    "/api/v1/passkeys/sessions": "the way in",
    "/api/v1/recovery/otp": "the way back in",
    "/api/v1/recovery/sessions": "the way back in",
    "/check": "whose a printed code is, for whoever stands before it",
    "/api/v1/codes/check": "the same for programs",
    "/api/v1/categories": "the same list for everybody",
} | {path: "no session" for _, path in OUTSIDE_THE_GATE if not path.startswith("/api/v1/")}


# As a browser writes it; the keys are those of RFC 8291's example.


def test_every_route_says_who_may_call_it() -> None:
    assert len(DOORS) > 50
    for door in DOORS:
        assert door.who in WHO, f"{door.method} {door.path} says {door.who}"


def test_what_is_public_is_so_on_purpose() -> None:
    public = {door.path for door in DOORS if door.who == "public"}
    assert public == set(PUBLIC), public ^ set(PUBLIC)


def test_only_the_hot_path_and_what_needs_nobody_pass_the_gate_unseen() -> None:
    passing = {(door.method, door.path) for door in DOORS if door.handler.opt.get("session") == "batch"}
    assert passing == OUTSIDE_THE_GATE


# What a session must be able to prove, beyond being somebody's; what is not listed asks for nothing more.
SURER = {
    "/me/real-name/show": 3,
    "/family/new": 2,
    "/family/child": 2,
    "/api/v1/families/links": 2,
    "/api/v1/families/children": 2,
    "/transfer": 2,
    "/transfer/to": 2,
    "/transfer/amount": 2,
    "/transfer/confirm": 2,
    "/api/v1/transfers": 2,
    "/api/v1/transfers/receiver": 2,
}
FRESH = {
    ("POST", "/api/v1/passkeys/registration-options"),
    ("POST", "/api/v1/passkeys/registrations"),
    ("DELETE", "/api/v1/passkeys/{passkey_id:uuid}"),
    ("DELETE", "/api/v1/me/sessions"),
    ("POST", "/api/v1/me/leavings"),
    ("POST", "/me/leaving"),
    ("POST", "/api/v1/families/children"),
    ("POST", "/operator/families/{link_id:uuid}/letters"),
    ("GET", "/family/child"),
    ("POST", "/family/child"),
    ("GET", "/me/passkeys/new"),
    ("POST", "/me/passkeys/options"),
    ("POST", "/me/passkeys"),
    ("POST", "/me/passkeys/{passkey_id:uuid}/remove"),
    ("POST", "/me/sessions/end"),
    ("POST", "/me/real-name/show"),
    ("GET", "/money/bank-account"),
    ("POST", "/money/bank-account"),
    ("GET", "/wallet/bank-account"),
    ("POST", "/wallet/bank-account"),
    ("PUT", "/api/v1/me/bank-account"),
    ("PUT", "/api/v1/merchants/me/bank-account"),
    ("PUT", "/api/v1/me/pin"),
    ("GET", "/me/pin"),
    ("POST", "/me/pin"),
    ("GET", "/api/v1/me/export"),
    ("POST", "/me/export"),
    ("POST", "/api/v1/me/closing"),
    ("POST", "/me/closing"),
    ("POST", "/operator/closings/{closing_id:uuid}/ask"),
    ("POST", "/operator/closings/{closing_id:uuid}/reopen"),
    ("POST", "/operator/freezes"),
    ("POST", "/operator/freezes/{freeze_id:uuid}/ask"),
    ("POST", "/operator/freezes/{freeze_id:uuid}/lift"),
    ("GET", "/operator/families/new"),
    ("POST", "/operator/families/new"),
    ("POST", "/operator/families/{link_id:uuid}/confirm"),
    ("POST", "/operator/families/{link_id:uuid}/end"),
    ("GET", "/operator/families/{link_id:uuid}/end"),
    ("GET", "/operator/families/people/new"),
    ("POST", "/operator/families/people/new"),
    ("GET", "/operator/recoveries/new"),
    ("POST", "/operator/recoveries"),
    ("POST", "/operator/recoveries/{recovery_id:uuid}/confirm"),
    ("POST", "/operator/names/{claim_id:uuid}"),
    ("POST", "/me/real-name"),
    ("POST", "/api/v1/me/real-name"),
}


def test_routes_that_ask_for_more_than_a_session_are_listed() -> None:
    """The gate reads both from the session, so a route whose handler does that itself cannot ask for them."""
    levels = {door.path: door.handler.opt["level"] for door in DOORS if "level" in door.handler.opt}
    fresh = {(door.method, door.path) for door in DOORS if door.handler.opt.get("fresh")}
    assert levels == SURER
    assert fresh == FRESH
    for door in DOORS:
        if "level" in door.handler.opt or "fresh" in door.handler.opt:
            assert door.who == "resident", door.path
            assert door.handler.opt.get("session") != "batch", door.path


def test_whatever_may_be_done_for_somebody_else_names_a_scope_that_is_declared() -> None:
    """And every scope is asked for somewhere: whoever grants one must know what it is for."""
    scopes = [scope for package in packages(demo=False) for scope in package.scopes]
    declared = {scope.name for scope in scopes}
    assert len(declared) == len(scopes), "each is declared once"
    assert {name for scope in scopes for name in scope.implies} <= declared
    delegable = [door for door in DOORS if "delegable" in door.handler.opt]
    assert {door.handler.opt["delegable"] for door in delegable} == declared
    for door in delegable:
        assert door.who == "resident", door.path
        assert "level" not in door.handler.opt, f"{door.path}: whose level?"
        assert "fresh" not in door.handler.opt, f"{door.path}: whose proof?"


def test_whatever_is_an_operators_says_so_to_the_gate() -> None:
    """Else a session by a text message would do."""
    for door in DOORS:
        assert door.path.startswith("/operator") == bool(door.handler.opt.get("operator")), door.path


def test_the_api_knows_no_csrf_and_pages_always_do() -> None:
    for door in DOORS:
        excluded = bool(door.handler.opt.get("exclude_from_csrf"))
        if door.is_api:
            assert excluded, f"{door.path}: a bearer token is no cookie"
        elif door.method in ("POST", "PUT", "PATCH", "DELETE") and door.who != "partner":
            assert not excluded, f"{door.method} {door.path} can be posted to from another site"


def test_an_address_is_used_in_one_way_only() -> None:
    assert len({(door.method, door.path) for door in DOORS}) == len(DOORS)
    for door in DOORS:
        assert door.path == "/" or not door.path.endswith("/"), door.path
        assert door.is_api == door.path.startswith("/api/v1/"), door.path


@pytest.mark.anyio
async def test_a_stranger_reaches_nothing(hall: Hall) -> None:
    """Every address that is for residents: without a token 401, with an invented one 401; a page sends to sign-in."""
    reached = []
    for door in DOORS:
        if door.who not in BEARERS:
            continue
        answers = [await _knock(hall, door), await _knock(hall, door, "x" * 43), await _knock(hall, door, NO_KEY)]
        reached += [
            f"{door.method} {door.path}: {answer.status_code} {answer.text[:80]}"
            for answer in answers
            if not _turned_away(door, answer)
        ]
    assert not reached, "\n".join(reached)


async def _knock(hall: Hall, door: Door, token: str | None = None) -> httpx.Response:
    headers = {}
    if token and door.is_api:
        headers["Authorization"] = f"Bearer {token}"
    elif token:
        headers["Cookie"] = f"openhall_session={token}"
    body: dict[str, object] | None = {} if door.is_api and door.method in ("POST", "PATCH") else None
    if door.handler.opt.get("session") == "batch":  # the handler comes before the session: it must have what to read
        headers["Idempotency-Key"] = "a-stranger"
        body = BODIES.get(f"{door.method} {door.path}", body)
    return await hall.client.request(door.method, door.address, headers=headers, json=body)


def _turned_away(door: Door, answer: httpx.Response) -> bool:
    if door.is_api:
        problem = answer.headers["Content-Type"] == "application/problem+json"
        return answer.status_code == 401 and problem and answer.headers.get("WWW-Authenticate") == "Bearer"
    if door.method == "GET":
        return answer.status_code == 303 and answer.headers["Location"].startswith("/sign-in?next=")
    return answer.status_code == 401


USED_PASSKEY = {
    "id": "x",
    "rawId": "x",
    "response": {"clientDataJSON": "x", "authenticatorData": "x", "signature": "x"},
}
# What an address wants to read before it looks whose thing it is.
BODIES: dict[str, dict[str, object]] = {
    "POST /api/v1/families/links/{link_id:uuid}/money": {"amount": 1},
    "POST /family/links/{link_id:uuid}/money": {"amount": 1, "request_key": "0197a000-0000-7000-8000-000000000001"},
    "POST /api/v1/payments/{payment_id:uuid}/refunds": {"amount": 1, "reason": "none"},
    "PUT /api/v1/shops/{shop_id:uuid}/standing-withdrawal": {"keep": 0},
    "POST /api/v1/shops/{shop_id:uuid}/codes": {"replaces": "123456782"},
    "POST /api/v1/shops/{shop_id:uuid}/name": {"shop_name": "x"},
    "POST /api/v1/shops/{shop_id:uuid}/book/closings": {"date": "2026-03-10"},
    "POST /shops/{shop_id:uuid}/book/closings": {"date": "2026-03-10"},
    "POST /api/v1/shops/{shop_id:uuid}/invitations": {"phone": "13800000006", "role": "cashier"},
    "POST /api/v1/shops/{shop_id:uuid}/orders": {"amount": 1},
    "PATCH /api/v1/shops/{shop_id:uuid}/staff/{staff_id:uuid}": {"role": "cashier"},
    "PUT /api/v1/shops/{shop_id:uuid}/limits": {"cashier_refund_max": 1},
    "POST /operator/bank/breaks/{break_id:uuid}/answer": {"step": 1},
    "POST /operator/closings/{closing_id:uuid}/ask": {"seen": "card"},
    "POST /api/v1/payments": {"code": "123456782", "amount": 1},
    "POST /api/v1/shops/{shop_id:uuid}/charges": {"pay_code": "710000000000000000", "amount": 1, "reference": "R1"},
    "POST /api/v1/shops/{shop_id:uuid}/charges/reverse": {"reference": "R1"},
    "POST /shops/{shop_id:uuid}/counter": {"amount": 1, "pay_code": "710000000000000000", "request_key": "a-stranger"},
    "POST /api/v1/shops/{shop_id:uuid}/keys": {"name": "Scanner", "scopes": ["charges:write"]},
    "POST /api/v1/campaigns/{campaign_id:uuid}/fund": {"amount": 1},
    "PUT /api/v1/families/links/{link_id:uuid}/limits": {"payment_max": 0, "month_max": 0},
    "PUT /api/v1/families/links/{link_id:uuid}/letters": {"address": "Anding Road 1"},
    "PATCH /api/v1/markets/{market_id:uuid}": {"wholesale_from": 1},
    "POST /api/v1/markets/{market_id:uuid}/invitations": {"short_code": "123456782"},
    "POST /api/v1/markets/{market_id:uuid}/handover": {"phone": "13800000003"},
    "PATCH /api/v1/passkeys/{passkey_id:uuid}": {"name": "x"},
    "POST /api/v1/passkeys/{passkey_id:uuid}/confirmations": {"credential": USED_PASSKEY},
    "POST /api/v1/shops/{shop_id:uuid}/market/requests": {"market": "00000000-0000-0000-0000-000000000000"},
    "POST /shops/{shop_id:uuid}/market/requests": {"market": "00000000-0000-0000-0000-000000000000"},
}


@pytest.mark.anyio
async def test_what_is_somebody_elses_is_not_there(hall: Hall) -> None:
    """Every address with an id in it, asked by somebody signed in whose thing it is not: 404, never 403 or 200."""
    things = await things_of_somebody(hall)
    other = await hall.sign_in("13800000003")
    await enter(hall, "13800000003")
    form = {"_csrf_token": hall.client.cookies["openhall_csrf"]}
    asked, reached = set(), []
    for door in DOORS:
        names = re.findall(r"\{(\w+):uuid\}", door.path)
        if not names:
            continue
        asked.update(names)
        path = re.sub(r"\{(\w+):uuid\}", lambda match: things[match[1]], door.path)
        posted = None if door.is_api or door.method == "GET" else form
        empty: dict[str, object] | None = {} if door.is_api and door.method == "POST" else None
        body = BODIES.get(f"{door.method} {door.path}", empty)
        if posted is not None:
            posted, body = posted | {name: str(value) for name, value in (body or {}).items()}, None
        headers = (other | fresh_key()) if door.is_api else {}
        answer = await hall.client.request(door.method, path, headers=headers, data=posted, json=body)
        if answer.status_code != 404:
            reached.append(f"{door.method} {door.path}: {answer.status_code}")
    assert not reached, "\n".join(reached)
    assert asked == set(things)


@pytest.mark.anyio
async def test_the_demo_does_not_exist_in_a_real_hall(settings: Settings, outside: OutsideProgram) -> None:
    demo = [door for door in DOORS if door.who == "demo"]
    assert {door.path for door in demo} >= {"/demo", "/demo/phone/{number:str}"}
    async with open_hall(msgspec.structs.replace(settings, demo=False), outside) as real:
        for door in demo:
            assert door.path.startswith("/demo"), door.path
            assert (await real.client.request(door.method, door.address)).status_code == 404


@pytest.mark.anyio
async def test_a_scanners_key_opens_the_counter_and_nothing_else(hall: Hall) -> None:
    """With a key that may do all keys can: every other address answers as to a stranger, or says what keys open."""
    owner = await hall.sign_in("13800000001")
    shop = await hall.open_shop(owner)
    wish = {"name": "Scanner", "scopes": ["charges:write", "payments:read", "refunds:write"]}
    key = (await hall.client.post(f"/api/v1/shops/{shop['id']}/keys", json=wish, headers=owner)).json()["key"]
    reached = []
    for door in DOORS:
        if door.who == "resident":
            answer = await _knock(hall, door, key)
            told = door.is_api and answer.status_code == 403 and answer.json()["code"] == "merchants.key_elsewhere"
            if not (told or _turned_away(door, answer)):
                reached.append(f"{door.method} {door.path}: {answer.status_code}")
    assert not reached, "\n".join(reached)
    for door in DOORS:
        if door.who == "counter":
            answer = await _knock(hall, door, key)
            assert answer.status_code == 404, f"{door.method} {door.path}: of another shop, {answer.text}"
