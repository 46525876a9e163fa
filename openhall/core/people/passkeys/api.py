"""The JSON API of passkeys: make one, sign in with one, prove once more with one, and look after them."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import MediaType, Request, Response, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, JSONBody
from litestar.status_codes import HTTP_200_OK
from msgspec import Meta, Struct

from openhall.base import clock
from openhall.core import people
from openhall.core.people.actions.assurance import FRESH
from openhall.core.people.api import ProofBody, SignedInBody, address_of, signed_in_body
from openhall.core.people.passkeys import actions, ceremonies, joining
from openhall.core.people.passkeys.types import Authentication, Passkey, Registration, Suspension
from openhall.core.people.types import Level, SessionKind
from openhall.web import edge

Visit = NamedDependency[people.Visit]
NameText = Annotated[str, Meta(max_length=200, description="What the resident calls it; 40 characters are kept.")]


class OptionsBody(Struct, frozen=True):
    """A question to a passkey, as WebAuthn writes it: for `parseCreationOptionsFromJSON` or
    `parseRequestOptionsFromJSON` in a browser. It has more members than these."""

    challenge: str
    timeout: int


class NewPasskey(Struct, frozen=True):
    """A new credential, and the name that it shall have; without one it is called after the device."""

    credential: Registration
    name: NameText = ""


class UsedPasskey(Struct, frozen=True):
    """A used credential."""

    credential: Authentication


class NameChange(Struct, frozen=True):
    """Another name; an empty one changes nothing."""

    name: NameText


class PasskeyBody(Struct, frozen=True):
    """A passkey. `synced`: it also lives in the cloud of the device's maker; `suspended_for`: why it is off."""

    id: UUID
    name: str
    synced: bool
    created_at: datetime
    used_at: datetime | None
    suspended_for: Suspension | None


class PasskeysBody(Struct, frozen=True):
    """The resident's passkeys, oldest first. Without any, the code to the phone remains as a way in."""

    passkeys: list[PasskeyBody]


def options_answer(options: bytes) -> Response[bytes]:
    """Options as the standard's own JSON."""
    return Response(options, media_type=MediaType.JSON, headers={"Cache-Control": "no-store"})


_OPTIONS = {
    HTTP_200_OK: ResponseSpec(
        data_container=OptionsBody, description="Hand it to the authenticator.", generate_examples=False
    )
}


def _told(passkey: Passkey) -> PasskeyBody:
    return PasskeyBody(
        id=passkey.id,
        name=passkey.name,
        synced=passkey.synced,
        created_at=passkey.created_at,
        used_at=passkey.used_at,
        suspended_for=passkey.suspended_for,
    )


@post("/passkeys/registration-options", opt=edge.FRESH, status_code=HTTP_200_OK, responses=_OPTIONS)
async def registration_options(pool: edge.Pool, settings: edge.HallSettings, visit: Visit) -> Response[bytes]:
    """Ask how to make a passkey; the answer works once, for five minutes.

    Refusals: `people.proof_too_old`, `hall.rate_limited`, `people.pin_capped`.
    """
    return options_answer(await ceremonies.ask_to_register(pool, settings, visit))


@post("/passkeys/registrations", opt=edge.FRESH)
async def register(
    data: JSONBody[NewPasskey], pool: edge.Pool, settings: edge.HallSettings, visit: Visit
) -> PasskeyBody:
    """Add the passkey that was made.

    Refusals: `people.proof_too_old`, `people.passkey_malformed`, `people.challenge_unknown`,
    `people.passkey_origin_wrong`, `people.passkey_hall_wrong`, `people.passkey_unverified`, `people.pin_capped`,
    `people.passkeys_full`, `people.passkey_known`.
    """
    return _told(await ceremonies.register(pool, settings, visit, answer=data.credential, name=data.name))


@post("/passkeys/authentication-options", opt=edge.PUBLIC, status_code=HTTP_200_OK, responses=_OPTIONS)
async def authentication_options(
    request: Request[Any, Any, Any], pool: edge.Pool, settings: edge.HallSettings
) -> Response[bytes]:
    """Ask how to sign in by passkey; the same for everybody. Refusals: `hall.rate_limited`."""
    return options_answer(await ceremonies.ask_to_sign_in(pool, settings, address=address_of(request)))


@post("/passkeys/sessions", opt=edge.PUBLIC)
async def sign_in(
    request: Request[Any, Any, Any], data: JSONBody[UsedPasskey], pool: edge.Pool, settings: edge.HallSettings
) -> SignedInBody:
    """Sign in with a passkey; no number is typed.

    Refusals: `hall.rate_limited`, `people.passkey_malformed`, `people.challenge_unknown`,
    `people.passkey_origin_wrong`, `people.passkey_hall_wrong`, `people.passkey_unverified`, `people.passkey_unknown`,
    `people.passkey_signature_wrong`, `people.passkey_suspended`, `people.passkey_copied`, `people.number_resting`.
    """
    signed_in = await ceremonies.sign_in(
        pool,
        settings,
        answer=data.credential,
        address=address_of(request),
        kind=SessionKind.API,
        user_agent=request.headers.get("user-agent"),
        device=None,
    )
    return signed_in_body(signed_in)


@post("/passkeys/joining-options", opt=edge.PUBLIC, status_code=HTTP_200_OK, responses=_OPTIONS)
async def joining_options(
    request: Request[Any, Any, Any], pool: edge.Pool, settings: edge.HallSettings
) -> Response[bytes]:
    """Ask how to join by a passkey alone, as a visitor. Refusals: `hall.rate_limited`."""
    return options_answer(await joining.ask_to_join(pool, settings, address=address_of(request)))


@post("/passkeys/joinings", opt=edge.PUBLIC)
async def join(
    request: Request[Any, Any, Any], data: JSONBody[NewPasskey], pool: edge.Pool, settings: edge.HallSettings
) -> SignedInBody:
    """Join as a visitor by the passkey that was made: it is the only way in. `name` is what the visitor is called.

    Refusals: `people.passkey_malformed`, `hall.rate_limited`, `people.challenge_unknown`,
    `people.passkey_origin_wrong`, `people.passkey_hall_wrong`, `people.passkey_unverified`, `people.passkey_known`.
    """
    signed_in = await joining.join(
        pool,
        settings,
        answer=data.credential,
        name=data.name,
        lang=None,
        address=address_of(request),
        kind=SessionKind.API,
        user_agent=request.headers.get("user-agent"),
        device=None,
    )
    return signed_in_body(signed_in)


@post("/passkeys/step-up-options", opt=edge.RESIDENT, status_code=HTTP_200_OK, responses=_OPTIONS)
async def step_up_options(pool: edge.Pool, settings: edge.HallSettings, visit: Visit) -> Response[bytes]:
    """Ask how to prove once more that this session is still its resident's. Refusals: `hall.rate_limited`."""
    return options_answer(await ceremonies.ask_to_step_up(pool, settings, visit))


@post("/passkeys/step-ups", opt=edge.RESIDENT)
async def step_up(data: JSONBody[UsedPasskey], pool: edge.Pool, settings: edge.HallSettings, visit: Visit) -> ProofBody:
    """Prove it: for five minutes the session may do what is sensitive.

    Refusals: those of `POST /passkeys/sessions`; somebody else's passkey is `people.passkey_unknown`.
    """
    await ceremonies.step_up(pool, settings, visit, answer=data.credential)
    level = Level.PHONE if visit.resident.named_at is None else Level.STRONG
    return ProofBody(level, clock.now() + FRESH)


@get("/passkeys", opt=edge.RESIDENT)
async def passkeys(reader: edge.Reader, visit: Visit) -> PasskeysBody:
    """The resident's passkeys."""
    return PasskeysBody([_told(one) for one in await actions.passkeys_of(reader, visit.resident.id)])


@patch("/passkeys/{passkey_id:uuid}", opt=edge.RESIDENT)
async def rename(conn: edge.Conn, data: JSONBody[NameChange], passkey_id: FromPath[UUID], visit: Visit) -> PasskeyBody:
    """Give a passkey another name. Refusals: `people.passkey_not_found`."""
    return _told(await actions.rename(conn, resident=visit.resident.id, passkey=passkey_id, name=data.name))


@delete("/passkeys/{passkey_id:uuid}", opt=edge.FRESH)
async def remove(conn: edge.Conn, passkey_id: FromPath[UUID], visit: Visit) -> None:
    """Remove a passkey; the code to the phone remains.

    Refusals: `people.proof_too_old`, `people.passkey_not_found`, `people.last_passkey`.
    """
    await actions.remove(conn, visit, passkey=passkey_id)


@post(
    "/passkeys/{passkey_id:uuid}/confirmation-options", opt=edge.RESIDENT, status_code=HTTP_200_OK, responses=_OPTIONS
)
async def confirmation_options(
    pool: edge.Pool, settings: edge.HallSettings, passkey_id: FromPath[UUID], visit: Visit
) -> Response[bytes]:
    """Ask how to confirm a passkey that a recovery switched off.

    Refusals: `hall.rate_limited`, `people.passkey_suspended` (while a recovery is under way),
    `people.passkey_not_found`.
    """
    return options_answer(await ceremonies.ask_to_confirm(pool, settings, visit, passkey_id))


@post("/passkeys/{passkey_id:uuid}/confirmations", opt=edge.RESIDENT)
async def confirm(
    data: JSONBody[UsedPasskey],
    pool: edge.Pool,
    settings: edge.HallSettings,
    passkey_id: FromPath[UUID],
    visit: Visit,
) -> PasskeyBody:
    """Switch it on again by using it. Refusals: `people.passkey_not_found`, and those of
    `POST /passkeys/step-ups`; one that was copied stays `people.passkey_suspended`."""
    return _told(await ceremonies.confirm(pool, settings, visit, passkey=passkey_id, answer=data.credential))


router = edge.api(
    registration_options,
    register,
    authentication_options,
    sign_in,
    joining_options,
    join,
    step_up_options,
    step_up,
    passkeys,
    rename,
    remove,
    confirmation_options,
    confirm,
    tags=["Passkeys"],
)
