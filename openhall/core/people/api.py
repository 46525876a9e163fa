"""The JSON API of people: sign in, sign out, who am I, and where am I signed in."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_202_ACCEPTED
from msgspec import Meta, Struct

from openhall.base import clock
from openhall.base.package import JoinHook
from openhall.core import people
from openhall.core.people.actions.assurance import FRESH
from openhall.core.people.actions.codes import RESEND_PAUSE
from openhall.core.people.passkeys import ceremonies
from openhall.core.people.types import Lang, Mode, Preferences, SessionKind, Theme, Way
from openhall.web import edge
from openhall.web.render import language_of

PhoneText = Annotated[
    str, Meta(max_length=64, description="A Chinese mobile number, or any other with + and its country code.")
]
CodeText = Annotated[str, Meta(max_length=64, description="The six digits of the newest message.")]
EmailText = Annotated[str, Meta(max_length=254, description="A visitor's e-mail address, instead of a phone.")]


class Addressed(Struct, frozen=True, kw_only=True):
    """A phone, or an e-mail address: one of them must be there."""

    phone: PhoneText | None = None
    email: EmailText | None = None

    def __post_init__(self) -> None:
        if self.phone is None and self.email is None:
            raise ValueError("Object missing required field `phone`")

    @property
    def to(self) -> str:
        """The address, as written."""
        return self.email or self.phone or ""


class CodeRequest(Addressed, frozen=True):
    """Where to send a code: a phone, or an e-mail address."""


class CodeAnswer(Struct, frozen=True):
    """A code is on its way; the answer is the same for every phone."""

    phone_masked: str
    expires_at: datetime
    resend_after_s: int


class SignIn(Addressed, frozen=True):
    """A phone, or an e-mail address, and the code that was sent to it."""

    code: CodeText


class StepUp(Struct, frozen=True):
    """The code that was sent to one's own phone."""

    code: CodeText


class ResidentBody(Struct, frozen=True):
    """A resident, as told to themselves. `visitor`: with small limits until the real name is known."""

    id: UUID
    phone: str
    phone_masked: str
    name: str | None
    lang: Lang | None
    theme: Theme
    mode: Mode
    joined_at: datetime
    email: str | None
    visitor: bool


class SignedInBody(Struct, frozen=True):
    """The token is told here and never again: send it as `Authorization: Bearer`."""

    token: str
    expires_at: datetime
    resident: ResidentBody


class SessionBody(Struct, frozen=True):
    """One signed-in device. `current` marks the one that asks; `level` is how sure the hall is of it."""

    id: UUID
    kind: SessionKind
    way: Way
    level: int
    device: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    current: bool


class EndedBody(Struct, frozen=True):
    """How many sessions ended."""

    ended: int


class ProofBody(Struct, frozen=True):
    """How sure the hall is of the session now, and until when it counts as freshly proved."""

    level: int
    fresh_until: datetime


class SessionsBody(Struct, frozen=True):
    """The signed-in devices, last seen first."""

    sessions: list[SessionBody]


class Changes(Struct, frozen=True):
    """What a resident changes about themselves. An empty name removes it."""

    name: Annotated[str, Meta(max_length=200)] | None = None
    lang: Lang | None = None
    theme: Theme | None = None
    mode: Mode | None = None


def address_of(request: Request[Any, Any, Any]) -> str:
    """The address a request comes from; the server has already judged what a proxy says of it."""
    return request.client.host if request.client else ""


def told(resident: people.Resident) -> ResidentBody:
    return ResidentBody(
        id=resident.id,
        phone=resident.phone,
        phone_masked=resident.phone_masked,
        name=resident.name,
        lang=resident.lang,
        theme=resident.theme,
        mode=resident.mode,
        joined_at=resident.joined_at,
        email=resident.email,
        visitor=resident.is_visitor,
    )


def signed_in_body(signed_in: people.SignedIn) -> SignedInBody:
    return SignedInBody(signed_in.token, signed_in.session.expires_at, told(signed_in.resident))


@post("/auth/otp", status_code=HTTP_202_ACCEPTED, opt=edge.PUBLIC)
async def request_code(
    request: Request[Any, Any, Any], data: JSONBody[CodeRequest], pool: edge.Pool, settings: edge.HallSettings
) -> CodeAnswer:
    """Send a one-time code to a phone, or to a visitor's e-mail address.

    Refusals: `people.phone_invalid`, `people.email_invalid`, `people.email_off`, `hall.rate_limited`.
    """
    sent = await people.send_code(
        pool, settings, phone=data.to, address=address_of(request), lang=Lang(language_of(request))
    )
    return CodeAnswer(people.masked(sent.phone), sent.expires_at, int(RESEND_PAUSE.total_seconds()))


@post("/auth/session", opt=edge.PUBLIC)
async def sign_in(
    request: Request[Any, Any, Any],
    data: JSONBody[SignIn],
    pool: edge.Pool,
    settings: edge.HallSettings,
    on_joined: NamedDependency[list[JoinHook]],
) -> SignedInBody:
    """Sign in; whoever is new joins.

    Refusals: `people.phone_invalid`, `people.email_invalid`, `people.email_off`, `hall.rate_limited`,
    `people.code_expired`, `people.code_spent`, `people.code_wrong`, `people.number_resting`.
    """
    signed_in = await people.enter(
        pool,
        settings,
        phone=data.to,
        code=data.code,
        address=address_of(request),
        kind=SessionKind.API,
        user_agent=request.headers.get("user-agent"),
        lang=None,
        on_joined=on_joined,
    )
    return signed_in_body(signed_in)


@delete("/auth/session", opt=edge.RESIDENT)
async def sign_out(conn: edge.Conn, visit: NamedDependency[people.Visit]) -> None:
    """End the session this request came with."""
    await people.sign_out(conn, visit)


@get("/auth/sessions", opt=edge.RESIDENT)
async def sessions(reader: edge.Reader, visit: NamedDependency[people.Visit]) -> SessionsBody:
    """Where the resident is signed in."""
    found = await people.sessions_of(reader, visit.resident.id)
    return SessionsBody([_session(session, visit) for session in found])


def _session(session: people.Session, visit: people.Visit) -> SessionBody:
    return SessionBody(
        id=session.id,
        kind=session.kind,
        way=session.way,
        level=session.level(visit.resident.named_at),
        device=session.device,
        created_at=session.created_at,
        seen_at=session.seen_at,
        expires_at=session.expires_at,
        current=session.id == visit.session.id,
    )


@delete("/auth/sessions/{session_id:uuid}", opt=edge.RESIDENT)
async def end_session(conn: edge.Conn, session_id: FromPath[UUID], resident: NamedDependency[people.Resident]) -> None:
    """Sign out one of the resident's own devices. Refusals: `people.session_not_found`."""
    await people.end_session(conn, resident=resident.id, session=session_id)


@delete("/me/sessions", opt=edge.FRESH, status_code=HTTP_200_OK)
async def sign_out_everywhere(
    conn: edge.Conn, visit: NamedDependency[people.Visit], here_too: FromQuery[bool] = False
) -> EndedBody:
    """Sign out everywhere but here; with `here_too=true` here as well. Refusals: `people.proof_too_old`."""
    return EndedBody(await people.sign_out_everywhere(conn, visit, here_too=here_too))


@post("/auth/step-ups/otp", status_code=HTTP_202_ACCEPTED, opt=edge.RESIDENT)
async def request_step_up_code(
    request: Request[Any, Any, Any], pool: edge.Pool, settings: edge.HallSettings, visit: NamedDependency[people.Visit]
) -> CodeAnswer:
    """Send a code to one's own phone, to prove once more who one is.

    Refusals: `people.passkey_required`, `hall.rate_limited`.
    """
    sent = await ceremonies.send_step_up_code(
        pool, settings, visit, address=address_of(request), lang=Lang(language_of(request))
    )
    return CodeAnswer(people.masked(sent.phone), sent.expires_at, int(RESEND_PAUSE.total_seconds()))


@post("/auth/step-ups", opt=edge.RESIDENT)
async def step_up(
    request: Request[Any, Any, Any],
    data: JSONBody[StepUp],
    pool: edge.Pool,
    settings: edge.HallSettings,
    visit: NamedDependency[people.Visit],
) -> ProofBody:
    """Prove by the code that this session is still its resident's, for whoever has no passkey.

    Refusals: `hall.rate_limited`, `people.passkey_required`, `people.code_expired`, `people.code_spent`,
    `people.code_wrong`.
    """
    await ceremonies.step_up_by_code(pool, settings, visit, code=data.code, address=address_of(request))
    return ProofBody(visit.level, clock.now() + FRESH)


@get("/me", opt=edge.RESIDENT, sync_to_thread=False)
def me(resident: NamedDependency[people.Resident]) -> ResidentBody:
    """The resident whose token this is."""
    return told(resident)


@patch("/me", opt=edge.RESIDENT)
async def change_me(
    conn: edge.Conn, data: JSONBody[Changes], resident: NamedDependency[people.Resident], settings: edge.HallSettings
) -> ResidentBody:
    """Change what the resident may say about themselves; what is left out, or null, stays.

    Refusals, in this order: `people.display_name_unclear`, `people.display_name_official`.
    """
    if data.name is not None:
        hall = (settings.hall_name, settings.hall_name_zh)
        await people.rename(conn, resident=resident.id, name=data.name, hall=hall)
    await people.prefer(conn, resident=resident.id, preferences=Preferences(data.lang, data.theme, data.mode))
    return told(await people.resident(conn, resident.id))


router = edge.api(
    request_code,
    sign_in,
    sign_out,
    sessions,
    end_session,
    sign_out_everywhere,
    request_step_up_code,
    step_up,
    me,
    change_me,
    tags=["People"],
)
