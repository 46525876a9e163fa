"""The pages of people: sign in, sign out, the resident's own settings and devices."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from msgspec import Struct

from openhall.base import db
from openhall.base.config import Settings
from openhall.base.errors import Kind, Problem, malformed
from openhall.base.i18n import N_
from openhall.base.package import JoinHook
from openhall.core import people
from openhall.core.people import names, rules
from openhall.core.people.api import address_of
from openhall.core.people.passkeys.verify import site
from openhall.core.people.problems import email_invalid
from openhall.core.people.recovery import actions as recoveries
from openhall.core.people.texts import BROWSER_ON_SYSTEM
from openhall.core.people.types import Lang, Mode, Preferences, SessionKind, Theme, Way
from openhall.core.people.visitors.welcome import about
from openhall.web import edge
from openhall.web.render import Html, language_of, translate

AnyRequest = Request[Any, Any, Any]
# What a sign-in must remember from one page to the next: whose code it is, and where the person wanted to go.
PHONE_COOKIE = "openhall_phone"
NEXT_COOKIE = "openhall_next"
# By this a browser is recognised at the next sign-in, so that nobody is warned of their own phone.
DEVICE_COOKIE = "openhall_device"
STEP_SECONDS = 600
PATH_MAX = 2000
YEAR_SECONDS = 365 * 86_400

WAYS = {
    Way.CODE: N_("By a code"),
    Way.PASSKEY: N_("By passkey"),
    Way.RECOVERY: N_("After a recovery at the hall"),
}


class PhoneForm(Struct, frozen=True):
    """The first step: a phone or an e-mail address, as typed; `visit` from the visitors' page."""

    phone: str = ""
    visit: str = ""


class CodeForm(Struct, frozen=True):
    """The second step: the code, as typed, and the phone it was sent to."""

    phone: str = ""
    code: str = ""


class PreferencesForm(Struct, frozen=True):
    """Any of the preferences, and the path to return to."""

    lang: str | None = None
    theme: str | None = None
    mode: str | None = None
    back: str | None = None


class EndForm(Struct, frozen=True):
    """Whether the session that asks ends too."""

    here_too: str | None = None


@dataclass(frozen=True)
class DeviceRow:
    """One line of the devices page."""

    id: UUID
    device: str
    way: str
    level: int
    created_at: datetime
    seen_at: datetime
    current: bool


@get("/sign-in", opt=edge.PUBLIC)
async def sign_in(request: AnyRequest, settings: edge.HallSettings) -> Response[Any]:
    """Ask for the phone."""
    wanted = target(request.query_params.get("next"))
    if request.scope["state"].get("visit"):
        return edge.see_other(wanted)
    page = edge.page(request, "people/sign_in.html", phone="", problem=None, origin=site(settings).origin)
    # Litestar unquotes the cookies it reads.
    set_cookie(page, settings, NEXT_COOKIE, quote(wanted), STEP_SECONDS)
    return page


@post("/sign-in", opt=edge.PUBLIC)
async def send_code(
    request: AnyRequest, data: URLEncodedBody[PhoneForm], pool: edge.Pool, settings: edge.HallSettings
) -> Response[Any]:
    """Send the code and go on to ask for it."""
    try:
        if data.visit and "@" not in data.phone and people.phone(data.phone) is None:
            raise email_invalid()
        sent = await people.send_code(
            pool, settings, phone=data.phone, address=address_of(request), lang=Lang(language_of(request))
        )
    except Problem as problem:
        if data.visit:
            return again(request, "people/visit.html", problem, **about(settings, email=data.phone))
        return again(request, "people/sign_in.html", problem, phone=data.phone, origin=site(settings).origin)
    answer = edge.see_other("/sign-in/code")
    # In a cookie, not in the address: addresses end up in histories and logs.
    # Quoted, for an address may have a percent sign.
    set_cookie(answer, settings, PHONE_COOKIE, quote(sent.phone), STEP_SECONDS)
    return answer


@get("/sign-in/code", opt=edge.PUBLIC)
async def code_form(request: AnyRequest, settings: edge.HallSettings) -> Response[Any]:
    """Ask for the code."""
    phone = people.address(request.cookies.get(PHONE_COOKIE, ""))
    if phone is None:
        return edge.see_other("/sign-in")
    return edge.page(request, "people/sign_in_code.html", problem=None, **_about(phone, settings))


@post("/sign-in/code", opt=edge.PUBLIC)
async def enter(
    request: AnyRequest,
    data: URLEncodedBody[CodeForm],
    pool: edge.Pool,
    settings: edge.HallSettings,
    on_joined: NamedDependency[list[JoinHook]],
) -> Response[Any]:
    """Sign in, and go where the person wanted to go."""
    phone = people.address(data.phone or request.cookies.get(PHONE_COOKIE, ""))
    if phone is None:
        return edge.see_other("/sign-in")
    device = device_of(request)
    try:
        signed_in = await people.enter(
            pool,
            settings,
            phone=phone,
            code=data.code,
            address=address_of(request),
            kind=SessionKind.PAGE,
            user_agent=request.headers.get("user-agent"),
            lang=chosen_language(request),
            on_joined=on_joined,
            device=device,
        )
    except Problem as problem:
        return again(request, "people/sign_in_code.html", problem, **_about(phone, settings))
    return await admitted(request, pool, settings, signed_in, device)


@post("/sign-out", opt=edge.PUBLIC)
async def sign_out(request: AnyRequest, conn: edge.Conn) -> Response[str]:
    """End the session of this browser. Somebody whose session is over already is signed out all the same."""
    visit: people.Visit | None = request.scope["state"].get("visit")
    if visit is not None:
        await people.sign_out(conn, visit)
    answer = edge.see_other("/")
    answer.delete_cookie(people.COOKIE)
    return answer


@get("/me", opt=edge.RESIDENT)
async def me(request: AnyRequest, reader: edge.Reader, visit: NamedDependency[people.Visit]) -> Response[Html]:
    """The resident's settings."""
    resident = visit.resident
    is_operator = await people.is_operator(reader, resident.id)
    (real_name,) = await names.of(reader, [resident.id])
    recovery = await recoveries.open_of(reader, resident.id)
    return edge.page(
        request,
        "people/me.html",
        shops_href="/shops",
        is_operator=is_operator,
        recovery=recovery,
        real_name=real_name,
        level=int(visit.level),
    )


@post("/me/preferences", opt=edge.PUBLIC)
async def set_preferences(
    request: AnyRequest, data: URLEncodedBody[PreferencesForm], conn: edge.Conn, settings: edge.HallSettings
) -> Response[str]:
    """Store what was chosen: in cookies for this browser, and with the resident for every other one."""
    chosen = _read(data)
    visit: people.Visit | None = request.scope["state"].get("visit")
    if visit is not None:
        await people.prefer(conn, resident=visit.resident.id, preferences=chosen)
    answer = edge.see_other(target(data.back))
    _remember(answer, settings, chosen)
    return answer


@get("/me/sessions", opt=edge.RESIDENT)
async def devices(request: AnyRequest, reader: edge.Reader, visit: NamedDependency[people.Visit]) -> Response[Html]:
    """Where the resident is signed in."""
    found, language = await people.sessions_of(reader, visit.resident.id), language_of(request)
    rows = [
        DeviceRow(
            id=session.id,
            device=device_name(request, session.device),
            way=translate(request, language, WAYS[session.way]),
            level=session.level(visit.resident.named_at),
            created_at=session.created_at,
            seen_at=session.seen_at,
            current=session.id == visit.session.id,
        )
        for session in found
    ]
    recovery = await recoveries.open_of(reader, visit.resident.id)
    return edge.page(request, "people/sessions.html", sessions=rows, recovery=recovery)


@post("/me/sessions/{session_id:uuid}/end", opt=edge.RESIDENT)
async def end_device(
    conn: edge.Conn, session_id: FromPath[UUID], resident: NamedDependency[people.Resident]
) -> Response[str]:
    """Sign out one of the resident's own devices."""
    await people.end_session(conn, resident=resident.id, session=session_id)
    return edge.see_other("/me/sessions")


@post("/me/sessions/end", opt=edge.FRESH)
async def end_devices(
    conn: edge.Conn, data: URLEncodedBody[EndForm], visit: NamedDependency[people.Visit]
) -> Response[str]:
    """Sign out everywhere, and here too when that was the button."""
    await people.sign_out_everywhere(conn, visit, here_too=bool(data.here_too))
    if not data.here_too:
        return edge.see_other("/me/sessions")
    answer = edge.see_other("/")
    answer.delete_cookie(people.COOKIE)
    return answer


def device_of(request: AnyRequest) -> str:
    """The token by which this browser is recognised; a new one where it has none, or one that is not ours."""
    kept = request.cookies.get(DEVICE_COOKIE, "")
    return kept if people.token_hash(kept) else rules.new_token()


async def admitted(
    request: AnyRequest, pool: db.Pool, settings: Settings, signed_in: people.SignedIn, device: str
) -> Response[str]:
    """After signing in, in whatever way: the session's cookie, and on to where the person wanted to go.

    Whoever chose large type in this browser has it on the account too, with its careful limits.
    """
    if request.cookies.get("mode") == Mode.ELDER and signed_in.resident.mode is not Mode.ELDER:
        async with pool.write() as conn:
            await people.prefer(conn, resident=signed_in.resident.id, preferences=Preferences(mode=Mode.ELDER))
    answer = edge.see_other(target(request.cookies.get(NEXT_COOKIE)))
    set_cookie(answer, settings, people.COOKIE, signed_in.token, settings.page_session_days * 86_400)
    set_cookie(answer, settings, DEVICE_COOKIE, device, YEAR_SECONDS)
    _remember(answer, settings, _unsaid(request, _preferences_of(signed_in.resident)))
    for spent in (PHONE_COOKIE, NEXT_COOKIE):
        answer.delete_cookie(spent)
    return answer


def target(path: str | None) -> str:
    """Where to go next: a path of this hall that fits into a header and a cookie, else the home page."""
    return edge.same_site(path if path and len(path) <= PATH_MAX and path.isascii() else None)


def again(request: AnyRequest, template: str, problem: Problem, **context: Any) -> Response[Html]:
    answer = edge.problem_page(request, template, problem, **context)
    if problem.kind is Kind.LIMITED:
        answer.headers["Retry-After"] = str(problem.data["retry_after"])
    return answer


def _about(phone: str, settings: Settings) -> dict[str, Any]:
    """What the code page says about the phone."""
    demo = f"/demo/phone/{quote(phone)}" if settings.demo else None
    return {"phone": phone, "phone_masked": people.masked(phone), "demo_phone_href": demo}


def chosen_language(request: AnyRequest) -> Lang | None:
    """The language somebody chose before joining; what only their browser says is not kept as their choice."""
    said = request.cookies.get("lang")
    return Lang(said) if said in list(Lang) else None


def _preferences_of(resident: people.Resident) -> Preferences:
    return Preferences(lang=resident.lang, theme=resident.theme, mode=resident.mode)


def _unsaid(request: AnyRequest, stored: Preferences) -> Preferences:
    """The stored preferences this browser was not told otherwise: who chose large type before signing in keeps it."""
    said = request.cookies
    return Preferences(
        lang=None if "lang" in said else stored.lang,
        theme=None if "theme" in said else stored.theme,
        mode=None if "mode" in said else stored.mode,
    )


def _read(form: PreferencesForm) -> Preferences:
    try:
        return Preferences(
            lang=Lang(form.lang) if form.lang else None,
            theme=Theme(form.theme) if form.theme else None,
            mode=Mode(form.mode) if form.mode else None,
        )
    except ValueError:
        raise malformed() from None


def _remember(answer: Response[Any], settings: Settings, chosen: Preferences) -> None:
    """Pages are drawn from cookies alone, so that they look the same before and after signing in."""
    for name, value in (("lang", chosen.lang), ("theme", chosen.theme), ("mode", chosen.mode)):
        if value is not None:
            set_cookie(answer, settings, name, value, YEAR_SECONDS)


def set_cookie(answer: Response[Any], settings: Settings, name: str, value: str, seconds: int) -> None:
    answer.set_cookie(
        Cookie(
            key=name,
            value=value,
            max_age=seconds,
            path="/",
            httponly=True,
            secure=settings.cookie_secure,
            samesite="lax",
        )
    )


def device_name(request: AnyRequest, label: str) -> str:
    """A stored label ("Chrome on Android") in the language of the page."""
    browser, on, system = label.partition(" on ")
    if on:
        return translate(request, language_of(request), BROWSER_ON_SYSTEM).format(browser=browser, system=system)
    return label


router = edge.pages(
    sign_in, send_code, code_form, enter, sign_out, me, set_preferences, devices, end_device, end_devices
)
