"""The JSON API of recovery: regain an account with the code from the hall, or stop that from one's own session."""

from datetime import datetime
from typing import Annotated, Any

from litestar import Request, delete, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from litestar.status_codes import HTTP_202_ACCEPTED
from msgspec import Meta, Struct

from openhall.core import people
from openhall.core.people.actions.codes import RESEND_PAUSE
from openhall.core.people.api import CodeAnswer, CodeText, PhoneText, SignedInBody, address_of, signed_in_body
from openhall.core.people.recovery import actions, regain
from openhall.core.people.types import Lang, SessionKind
from openhall.web import edge
from openhall.web.render import language_of

RecoveryText = Annotated[str, Meta(max_length=64, description="The twelve digits from the hall.")]
LostText = Annotated[str, Meta(max_length=254, description="The number of the account, or its e-mail address.")]


class Regaining(Struct, frozen=True):
    """The number or e-mail address that was lost, the code from the hall, and the new number."""

    old_phone: LostText
    recovery_code: RecoveryText
    new_phone: PhoneText


class Regained(Regaining, frozen=True):
    """The same, and the code that was sent to the new number."""

    code: CodeText


class RecoveryBody(Struct, frozen=True):
    """Whether a recovery of one's own account is under way; it works from `confirm_from` at the earliest."""

    open: bool
    opened_at: datetime | None
    confirm_from: datetime | None


@post("/recovery/otp", status_code=HTTP_202_ACCEPTED, opt=edge.PUBLIC)
async def send_code(
    request: Request[Any, Any, Any], data: JSONBody[Regaining], pool: edge.Pool, settings: edge.HallSettings
) -> CodeAnswer:
    """Send a code to the new number. Refusals: `people.phone_invalid`, `hall.rate_limited`,
    `people.recovery_code_wrong`."""
    sent = await regain.send_code(
        pool,
        settings,
        old_phone=data.old_phone,
        recovery_code=data.recovery_code,
        new_phone=data.new_phone,
        address=address_of(request),
        lang=Lang(language_of(request)),
    )
    return CodeAnswer(people.masked(sent.phone), sent.expires_at, int(RESEND_PAUSE.total_seconds()))


@post("/recovery/sessions", opt=edge.PUBLIC)
async def sign_in(
    request: Request[Any, Any, Any], data: JSONBody[Regained], pool: edge.Pool, settings: edge.HallSettings
) -> SignedInBody:
    """Move the account to the new number and sign in; every older session is over then.

    Refusals: `people.phone_invalid`, `hall.rate_limited`, `people.recovery_code_wrong`, `people.code_expired`,
    `people.code_spent`, `people.code_wrong`, `people.phone_taken`.
    """
    signed_in = await regain.regain(
        pool,
        settings,
        old_phone=data.old_phone,
        recovery_code=data.recovery_code,
        new_phone=data.new_phone,
        code=data.code,
        address=address_of(request),
        kind=SessionKind.API,
        user_agent=request.headers.get("user-agent"),
    )
    return signed_in_body(signed_in)


@get("/me/recovery", opt=edge.RESIDENT)
async def under_way(reader: edge.Reader, resident: NamedDependency[people.Resident]) -> RecoveryBody:
    """Whether somebody at the hall is moving this account to another number."""
    found = await actions.open_of(reader, resident.id)
    return RecoveryBody(
        open=found is not None,
        opened_at=found.opened_at if found else None,
        confirm_from=found.confirm_from if found else None,
    )


@delete("/me/recovery", opt=edge.RESIDENT)
async def stop(conn: edge.Conn, visit: NamedDependency[people.Visit]) -> None:
    """Stop that, from any session. Refusals: `people.recovery_not_found`."""
    await actions.stop(conn, visit)


router = edge.api(send_code, sign_in, under_way, stop, tags=["Recovery"])
