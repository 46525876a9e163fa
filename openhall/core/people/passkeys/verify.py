"""Answers of authenticators, checked with the webauthn library; each way in which one can be wrong has its own code.

The library speaks of everything that is wrong with one exception. What people should be told apart is therefore looked
at here first, and the library checks it all once more.
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
import webauthn
from msgspec import Struct
from webauthn.helpers import base64url_to_bytes, parse_attestation_object, parse_authenticator_data
from webauthn.helpers.exceptions import InvalidAuthenticationResponse
from webauthn.helpers.structs import (
    AuthenticatorData,
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from openhall.base.config import Settings
from openhall.core.people import problems
from openhall.core.people.actions.residents import UNNAMED
from openhall.core.people.passkeys.types import Authentication, ClientData, Descriptor, Registration
from openhall.core.people.types import Resident

T = TypeVar("T")

CHALLENGE_BYTES = 32
# The device may ask for a face, a finger and then the screen lock: two minutes are enough for the slowest hand.
TIMEOUT_MS = 120_000
_CREATE, _GET = "webauthn.create", "webauthn.get"
_TRANSPORTS = {transport.value: transport for transport in AuthenticatorTransport}


class Site(Struct, frozen=True):
    """For whom passkeys are made: `id` is the name of the hall's host, `origin` its public address."""

    id: str
    origin: str


class Made(Struct, frozen=True):
    """What is kept of a new passkey."""

    credential: bytes
    public_key: bytes
    sign_count: int
    synced: bool
    transports: list[str]


class Used(Struct, frozen=True):
    """What a right signature says."""

    sign_count: int
    synced: bool


def site(settings: Settings) -> Site:
    """The site of this hall, from its public address."""
    address = urlsplit(settings.public_url)
    return Site(address.hostname or "", f"{address.scheme}://{address.netloc}")


class Holder(Struct, frozen=True):
    """Whose a new passkey shall be: what the device keeps, and what it shows beside it."""

    id: UUID
    shown: str
    called: str


def holder_of(resident: Resident) -> Holder:
    """Enough to know one's own by, too little for anybody else."""
    shown = resident.phone_masked or resident.name or UNNAMED
    return Holder(resident.id, shown, resident.name or shown)


def registration_options(
    settings: Settings, holder: Holder, challenge: bytes, known: Sequence[Descriptor], title: str
) -> bytes:
    """What a browser needs to make a passkey, as JSON for `parseCreationOptionsFromJSON`."""
    options = webauthn.generate_registration_options(
        rp_id=site(settings).id,
        rp_name=title,
        user_name=holder.shown,
        user_display_name=holder.called,
        user_id=holder.id.bytes,
        challenge=challenge,
        timeout=TIMEOUT_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=_listed(known),
    )
    return webauthn.options_to_json(options).encode()


def authentication_options(settings: Settings, challenge: bytes, allowed: Sequence[Descriptor]) -> bytes:
    """What a browser needs to use a passkey, as JSON for `parseRequestOptionsFromJSON`; none allowed: any it knows."""
    options = webauthn.generate_authentication_options(
        rp_id=site(settings).id,
        challenge=challenge,
        timeout=TIMEOUT_MS,
        allow_credentials=_listed(allowed),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options).encode()


def _listed(found: Sequence[Descriptor]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            id=one.credential, transports=[_TRANSPORTS[name] for name in one.transports if name in _TRANSPORTS]
        )
        for one in found
    ]


def challenge_of(answer: Registration | Authentication) -> bytes:
    """The question that was answered. Problem `people.passkey_malformed`."""
    challenge = _bytes(_client_data(answer).challenge)
    if len(challenge) != CHALLENGE_BYTES:
        raise problems.passkey_malformed()
    return challenge


def made(settings: Settings, answer: Registration) -> Made:
    """Check a new passkey.

    Problems, in order: `people.passkey_malformed`, `people.passkey_origin_wrong`, `people.passkey_hall_wrong`,
    `people.passkey_unverified`.
    """
    _check_origin(settings, answer, _CREATE)
    data = _parsed(lambda: parse_attestation_object(_bytes(answer.response.attestation_object)).auth_data)
    _check_data(settings, data)
    hall = site(settings)
    checked = _parsed(
        lambda: webauthn.verify_registration_response(
            credential=_plain(answer),
            expected_challenge=challenge_of(answer),
            expected_rp_id=hall.id,
            expected_origin=hall.origin,
            require_user_verification=True,
        )
    )
    if not 16 <= len(checked.credential_id) <= 1023:
        raise problems.passkey_malformed()
    return Made(
        credential=checked.credential_id,
        public_key=checked.credential_public_key,
        sign_count=checked.sign_count,
        synced=checked.credential_backed_up,
        transports=[name for name in answer.response.transports if name in _TRANSPORTS],
    )


def check_before_signature(settings: Settings, answer: Authentication) -> bytes:
    """What can be seen without the key: the site, and whether the device knew its owner; the credential it says to be.

    Problems as for `made`.
    """
    _check_origin(settings, answer, _GET)
    _check_data(settings, _parsed(lambda: parse_authenticator_data(_bytes(answer.response.authenticator_data))))
    return _bytes(answer.raw_id)


def used(settings: Settings, answer: Authentication, public_key: bytes) -> Used:
    """Check the signature. Problem `people.passkey_signature_wrong`.

    The counter is judged by the caller: the library would judge it before the signature, and then anybody could have
    somebody else's passkey switched off by naming it.
    """
    hall = site(settings)
    try:
        checked = webauthn.verify_authentication_response(
            credential=_plain(answer),
            expected_challenge=challenge_of(answer),
            expected_rp_id=hall.id,
            expected_origin=hall.origin,
            credential_public_key=public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except InvalidAuthenticationResponse:
        raise problems.passkey_signature_wrong() from None
    except Exception:  # noqa: BLE001  strange bytes make the parsers stumble in many ways, which all mean the same
        raise problems.passkey_malformed() from None
    return Used(checked.new_sign_count, checked.credential_backed_up)


def is_handle_of(answer: Authentication, resident: UUID, *, known: bool) -> bool:
    """Whether the account that the authenticator names is this resident's. Only where it was known before who answers
    may it name none (WebAuthn, "verifying an authentication assertion", step 6)."""
    handle = answer.response.user_handle
    return known if handle is None else _bytes(handle) == resident.bytes


def _check_origin(settings: Settings, answer: Registration | Authentication, kind: str) -> None:
    said = _client_data(answer)
    if said.type != kind:
        raise problems.passkey_malformed()
    if said.origin != site(settings).origin or said.cross_origin:
        raise problems.passkey_origin_wrong()


def _check_data(settings: Settings, data: AuthenticatorData) -> None:
    if data.rp_id_hash != hashlib.sha256(site(settings).id.encode()).digest():
        raise problems.passkey_hall_wrong()
    if not (data.flags.up and data.flags.uv):
        raise problems.passkey_unverified()


def _client_data(answer: Registration | Authentication) -> ClientData:
    try:
        return msgspec.json.decode(_bytes(answer.response.client_data), type=ClientData)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise problems.passkey_malformed() from None


def _bytes(text: str) -> bytes:
    return _parsed(lambda: base64url_to_bytes(text))


def _parsed(parse: Callable[[], T]) -> T:
    try:
        return parse()
    except Exception:  # noqa: BLE001  strange bytes make the parsers stumble in many ways, which all mean the same
        raise problems.passkey_malformed() from None


def _plain(answer: Registration | Authentication) -> dict[str, Any]:
    """As the library reads it: the names of the standard, and nothing that was not sent."""
    plain: dict[str, Any] = msgspec.to_builtins(answer)
    plain["response"] = {name: value for name, value in plain["response"].items() if value is not None}
    return plain
