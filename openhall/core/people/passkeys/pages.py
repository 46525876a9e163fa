"""The pages of passkeys: sign in with one, prove once more who one is, look after one's own."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from msgspec import Struct

from openhall.base import db
from openhall.base.config import Settings
from openhall.base.errors import Problem
from openhall.core import people
from openhall.core.people import problems
from openhall.core.people.actions.assurance import has_passkey
from openhall.core.people.actions.operators import is_operator
from openhall.core.people.api import address_of
from openhall.core.people.pages import (
    NEXT_COOKIE,
    STEP_SECONDS,
    admitted,
    again,
    device_name,
    device_of,
    set_cookie,
    target,
)
from openhall.core.people.passkeys import actions, ceremonies
from openhall.core.people.passkeys.api import options_answer
from openhall.core.people.passkeys.types import Authentication, Registration
from openhall.core.people.passkeys.verify import site
from openhall.core.people.types import Lang, Level, SessionKind
from openhall.web import edge
from openhall.web.render import Html, language_of

AnyRequest = Request[Any, Any, Any]
Visit = NamedDependency[people.Visit]
LIST = "/me/passkeys"


class CredentialForm(Struct, frozen=True):
    """What the browser's authenticator answered, as JSON; of a new passkey its name, and the page that asked for it."""

    credential: str = ""
    name: str = ""
    next: str = ""


class NameForm(Struct, frozen=True):
    """Another name."""

    name: str = ""


class CodeForm(Struct, frozen=True):
    """The code, as typed."""

    code: str = ""


def used(form: CredentialForm) -> Authentication:
    try:
        return msgspec.json.decode(form.credential, type=Authentication)
    except (msgspec.MsgspecError, RecursionError):
        raise problems.passkey_malformed() from None


def made(form: CredentialForm) -> Registration:
    try:
        return msgspec.json.decode(form.credential, type=Registration)
    except (msgspec.MsgspecError, RecursionError):
        raise problems.passkey_malformed() from None


@post("/sign-in/passkey/options", opt=edge.PUBLIC, status_code=200)
async def sign_in_options(request: AnyRequest, pool: edge.Pool, settings: edge.HallSettings) -> Response[bytes]:
    """What the browser needs to sign in."""
    return options_answer(await ceremonies.ask_to_sign_in(pool, settings, address=address_of(request)))


@post("/sign-in/passkey", opt=edge.PUBLIC)
async def sign_in(
    request: AnyRequest, data: URLEncodedBody[CredentialForm], pool: edge.Pool, settings: edge.HallSettings
) -> Response[Any]:
    """Sign in, and go where the person wanted to go."""
    device = device_of(request)
    try:
        signed_in = await ceremonies.sign_in(
            pool,
            settings,
            answer=used(data),
            address=address_of(request),
            kind=SessionKind.PAGE,
            user_agent=request.headers.get("user-agent"),
            device=device,
        )
    except Problem as problem:
        return again(request, "people/sign_in.html", problem, phone="", origin=site(settings).origin)
    return await admitted(request, pool, settings, signed_in, device)


@get("/step-up", opt=edge.RESIDENT)
async def step_up(
    request: AnyRequest, reader: edge.Reader, settings: edge.HallSettings, visit: Visit, level: FromQuery[int] = 1
) -> Response[Html]:
    """Ask once more who it is."""
    onward = target(request.query_params.get("next"))
    about = await _about(reader, settings, visit, level) | {"next": onward}
    page = edge.page(request, "people/step_up.html", problem=None, **about)
    set_cookie(page, settings, NEXT_COOKIE, quote(onward), STEP_SECONDS)
    return page


@post("/step-up/options", opt=edge.RESIDENT, status_code=200)
async def step_up_options(pool: edge.Pool, settings: edge.HallSettings, visit: Visit) -> Response[bytes]:
    """What the browser needs to prove it by passkey."""
    return options_answer(await ceremonies.ask_to_step_up(pool, settings, visit))


@post("/step-up/passkey", opt=edge.RESIDENT)
async def step_up_by_passkey(
    request: AnyRequest,
    data: URLEncodedBody[CredentialForm],
    pool: edge.Pool,
    settings: edge.HallSettings,
    visit: Visit,
) -> Response[Any]:
    """Prove it by passkey, and go back."""
    try:
        await ceremonies.step_up(pool, settings, visit, answer=used(data))
    except Problem as problem:
        async with pool.read() as reader:
            about = await _about(reader, settings, visit, Level.PHONE)
        return again(request, "people/step_up.html", problem, **about)
    return _back(request)


@post("/step-up", opt=edge.RESIDENT)
async def step_up_send(
    request: AnyRequest, pool: edge.Pool, settings: edge.HallSettings, visit: Visit
) -> Response[Any]:
    """Send a code to the resident's own phone."""
    try:
        await ceremonies.send_step_up_code(
            pool, settings, visit, address=address_of(request), lang=Lang(language_of(request))
        )
    except Problem as problem:
        async with pool.read() as reader:
            about = await _about(reader, settings, visit, Level.PHONE)
        return again(request, "people/step_up.html", problem, **about)
    return edge.see_other("/step-up/code")


@get("/step-up/code", opt=edge.RESIDENT)
async def step_up_code(request: AnyRequest, settings: edge.HallSettings, visit: Visit) -> Response[Html]:
    """Ask for the code."""
    return edge.page(request, "people/step_up_code.html", problem=None, **_phone_of(settings, visit))


@post("/step-up/code", opt=edge.RESIDENT)
async def step_up_by_code(
    request: AnyRequest, data: URLEncodedBody[CodeForm], pool: edge.Pool, settings: edge.HallSettings, visit: Visit
) -> Response[Any]:
    """Prove it by the code, and go back."""
    try:
        await ceremonies.step_up_by_code(pool, settings, visit, code=data.code, address=address_of(request))
    except Problem as problem:
        return again(request, "people/step_up_code.html", problem, **_phone_of(settings, visit))
    return _back(request)


@get(LIST, opt=edge.RESIDENT)
async def passkeys(request: AnyRequest, reader: edge.Reader, visit: Visit) -> Response[Html]:
    """The resident's passkeys."""
    return edge.page(request, "people/passkeys.html", passkeys=await actions.passkeys_of(reader, visit.resident.id))


@get(f"{LIST}/new", opt=edge.FRESH)
async def new(
    request: AnyRequest,
    settings: edge.HallSettings,
    visit: Visit,
    next: FromQuery[str] = "",  # noqa: A002  the name of the query parameter everywhere
) -> Response[Html]:
    """Make one; `next` is the page that asked for it."""
    return edge.page(request, "people/passkey_new.html", problem=None, **_new(request, settings, visit, next))


@post(f"{LIST}/options", opt=edge.FRESH, status_code=200)
async def new_options(pool: edge.Pool, settings: edge.HallSettings, visit: Visit) -> Response[bytes]:
    """What the browser needs to make one."""
    return options_answer(await ceremonies.ask_to_register(pool, settings, visit))


@post(LIST, opt=edge.FRESH)
async def add(
    request: AnyRequest,
    data: URLEncodedBody[CredentialForm],
    pool: edge.Pool,
    settings: edge.HallSettings,
    visit: Visit,
) -> Response[Any]:
    """Add the one that was made."""
    try:
        await ceremonies.register(pool, settings, visit, answer=made(data), name=data.name)
    except Problem as problem:
        return again(request, "people/passkey_new.html", problem, **_new(request, settings, visit, data.next))
    return edge.see_other(edge.same_site(data.next, LIST))


@get(f"{LIST}/{{passkey_id:uuid}}", opt=edge.RESIDENT)
async def passkey(
    request: AnyRequest, reader: edge.Reader, settings: edge.HallSettings, passkey_id: FromPath[UUID], visit: Visit
) -> Response[Html]:
    """One passkey: rename it, remove it, confirm it."""
    found = await actions.find(reader, resident=visit.resident.id, passkey=passkey_id)
    return edge.page(request, "people/passkey.html", passkey=found, problem=None, origin=site(settings).origin)


@post(f"{LIST}/{{passkey_id:uuid}}/name", opt=edge.RESIDENT)
async def rename(
    conn: edge.Conn, data: URLEncodedBody[NameForm], passkey_id: FromPath[UUID], visit: Visit
) -> Response[str]:
    """Give it another name."""
    await actions.rename(conn, resident=visit.resident.id, passkey=passkey_id, name=data.name)
    return edge.see_other(LIST)


@post(f"{LIST}/{{passkey_id:uuid}}/remove", opt=edge.FRESH)
async def remove(conn: edge.Conn, passkey_id: FromPath[UUID], visit: Visit) -> Response[str]:
    """Remove it."""
    await actions.remove(conn, visit, passkey=passkey_id)
    return edge.see_other(LIST)


@post(f"{LIST}/{{passkey_id:uuid}}/options", opt=edge.RESIDENT, status_code=200)
async def confirm_options(
    pool: edge.Pool, settings: edge.HallSettings, passkey_id: FromPath[UUID], visit: Visit
) -> Response[bytes]:
    """What the browser needs to confirm it after a recovery."""
    return options_answer(await ceremonies.ask_to_confirm(pool, settings, visit, passkey_id))


@post(f"{LIST}/{{passkey_id:uuid}}/confirm", opt=edge.RESIDENT)
async def confirm(
    request: AnyRequest,
    data: URLEncodedBody[CredentialForm],
    pool: edge.Pool,
    settings: edge.HallSettings,
    passkey_id: FromPath[UUID],
    visit: Visit,
) -> Response[Any]:
    """Switch it on again by using it."""
    async with pool.read() as reader:
        found = await actions.find(reader, resident=visit.resident.id, passkey=passkey_id)
    try:
        await ceremonies.confirm(pool, settings, visit, passkey=passkey_id, answer=used(data))
    except Problem as problem:
        return again(request, "people/passkey.html", problem, passkey=found, origin=site(settings).origin)
    return edge.see_other(LIST)


def _back(request: AnyRequest) -> Response[str]:
    answer = edge.see_other(target(request.cookies.get(NEXT_COOKIE)))
    answer.delete_cookie(NEXT_COOKIE)
    return answer


async def _about(reader: db.ReadConn, settings: Settings, visit: people.Visit, level: int) -> dict[str, Any]:
    """What the step-up page says: which proof there is, and what is missing besides."""
    has_one = await has_passkey(reader, visit)
    # Of an operator only the passkey is asked for at level 3, see `require_operator_at`.
    named = visit.resident.named_at is not None or (
        level == Level.STRONG and await is_operator(reader, visit.resident.id)
    )
    return {
        "has_passkey": has_one,
        "wants_name": level >= Level.NAMED and not named,
        "wants_passkey": level >= Level.STRONG and not has_one,
        "origin": site(settings).origin,
        "phone_masked": visit.resident.phone_masked,
        "next": "",
    }


def _phone_of(settings: Settings, visit: people.Visit) -> dict[str, Any]:
    demo = f"/demo/phone/{quote(visit.resident.address)}" if settings.demo else None
    return {"phone_masked": visit.resident.phone_masked, "demo_phone_href": demo}


def _new(request: AnyRequest, settings: Settings, visit: people.Visit, onward: str) -> dict[str, Any]:
    name = device_name(request, visit.session.device)
    return {"origin": site(settings).origin, "name": name, "next": edge.same_site(onward, "")}


router = edge.pages(
    sign_in_options,
    sign_in,
    step_up,
    step_up_options,
    step_up_by_passkey,
    step_up_send,
    step_up_code,
    step_up_by_code,
    passkeys,
    new,
    new_options,
    add,
    passkey,
    rename,
    remove,
    confirm_options,
    confirm,
)
