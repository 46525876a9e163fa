"""The shapes of passkeys. No I/O."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct, field


class Purpose(StrEnum):
    """What a question to a passkey is for; an answer to one serves no other."""

    REGISTER = "register"
    SIGN_IN = "sign_in"
    STEP_UP = "step_up"
    CONFIRM = "confirm"
    JOIN = "join"


class Suspension(StrEnum):
    """Why a passkey is switched off."""

    COPIED = "copied"  # its counter went back: there are two of it
    RECOVERY = "recovery"  # the account was recovered at the hall; its owner may confirm it


class Passkey(Struct, frozen=True):
    """A passkey as its owner sees it. `synced`: it also lives in the device maker's cloud."""

    id: UUID
    name: str
    synced: bool
    created_at: datetime
    used_at: datetime | None
    suspended_for: Suspension | None


class Key(Struct, frozen=True):
    """A passkey as a signature is checked with it."""

    id: UUID
    resident: UUID
    public_key: bytes
    sign_count: int
    name: str
    suspended_for: Suspension | None


class Descriptor(Struct, frozen=True):
    """Which credential a browser should look for, and how it may reach it."""

    credential: bytes
    transports: list[str]


Base64 = Annotated[str, Meta(max_length=16_384, description="Bytes in base64url, without padding.")]


class Attestation(Struct, frozen=True):
    """The authenticator's answer when a passkey is made."""

    client_data: Base64 = field(name="clientDataJSON")
    attestation_object: Base64 = field(name="attestationObject")
    transports: Annotated[list[Annotated[str, Meta(max_length=32)]], Meta(max_length=8)] = field(default_factory=list)


class Registration(Struct, frozen=True):
    """A new credential, as `credential.toJSON()` writes it in a browser; other members are passed over."""

    id: Base64
    raw_id: Base64 = field(name="rawId")
    response: Attestation
    type: str = "public-key"


class Assertion(Struct, frozen=True):
    """The authenticator's answer when a passkey is used."""

    client_data: Base64 = field(name="clientDataJSON")
    authenticator_data: Base64 = field(name="authenticatorData")
    signature: Base64
    user_handle: Base64 | None = field(name="userHandle", default=None)


class Authentication(Struct, frozen=True):
    """A used credential, as `credential.toJSON()` writes it in a browser; other members are passed over."""

    id: Base64
    raw_id: Base64 = field(name="rawId")
    response: Assertion
    type: str = "public-key"


class ClientData(Struct, frozen=True):
    """What the browser says it asked of the authenticator."""

    type: str
    challenge: Base64
    origin: str
    cross_origin: bool = field(name="crossOrigin", default=False)
