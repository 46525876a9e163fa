"""The shapes of people: residents, sessions, one-time codes, messages. No I/O."""

from datetime import datetime
from enum import IntEnum, StrEnum
from uuid import UUID

from msgspec import Struct

from openhall.core.people.rules import masked


class SessionKind(StrEnum):
    """Where a session's token lives: in the cookie of a browser, or with a program that sends it as a bearer."""

    PAGE = "page"
    API = "api"


class Way(StrEnum):
    """How a session began: by a code to the phone, a passkey, or a recovery at the hall."""

    CODE = "code"
    PASSKEY = "passkey"
    RECOVERY = "recovery"


class Level(IntEnum):
    """How surely a session knows whom it serves."""

    PHONE = 1  # somebody who reads the messages of this phone
    NAMED = 2  # and whose real name was matched
    STRONG = 3  # and who proved themselves with a passkey in this session


class Theme(StrEnum):
    """The colours a resident asked for; `auto` follows the device."""

    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


class Mode(StrEnum):
    """The size of things: elder mode is the same pages with larger tokens."""

    NORMAL = "normal"
    ELDER = "elder"


class Lang(StrEnum):
    """The languages of the hall."""

    ZH_CN = "zh_CN"
    EN = "en"


class State(StrEnum):
    """Whether a resident may act."""

    ACTIVE = "active"
    CLOSED = "closed"


class Act(StrEnum):
    """What the audit trail records about a resident's access."""

    JOINED = "joined"
    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    SESSION_ENDED = "session_ended"
    SIGNED_OUT_EVERYWHERE = "signed_out_everywhere"
    STEPPED_UP = "stepped_up"
    NAMED = "named"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_RENAMED = "passkey_renamed"
    PASSKEY_REMOVED = "passkey_removed"
    PASSKEY_SUSPENDED = "passkey_suspended"
    PASSKEY_CONFIRMED = "passkey_confirmed"
    RECOVERY_OPENED = "recovery_opened"
    RECOVERY_CONFIRMED = "recovery_confirmed"
    RECOVERY_STOPPED = "recovery_stopped"
    RECOVERY_EXPIRED = "recovery_expired"
    PHONE_CHANGED = "phone_changed"
    PIN_SET = "pin_set"
    PIN_LOCKED = "pin_locked"
    PIN_CLEARED = "pin_cleared"
    FROZEN = "frozen"
    UNFREEZE_ASKED = "unfreeze_asked"
    UNFROZEN = "unfrozen"
    CLOSED = "closed"
    REOPEN_ASKED = "reopen_asked"
    REOPENED = "reopened"
    NUMBER_FREED = "number_freed"
    ERASED = "erased"
    OPERATOR_ADDED = "operator_added"
    OPERATOR_REMOVED = "operator_removed"


class Resident(Struct, frozen=True):
    """A person with an account. `phone` is E.164, or empty for somebody without one; `wallet` is the ledger account,
    `lang` None until chosen.

    `named_at` is when the real name was matched, None before. `email` is there for who joined by it, `visitor` says
    that they joined as a visitor.
    """

    id: UUID
    phone: str
    wallet: UUID
    name: str | None
    lang: Lang | None
    theme: Theme
    mode: Mode
    state: State
    joined_at: datetime
    named_at: datetime | None
    email: str | None = None
    visitor: bool = False

    @property
    def phone_masked(self) -> str:
        """Empty for who has only a passkey."""
        return masked(self.address) if self.address else ""

    @property
    def address(self) -> str:
        """Where codes and warnings reach them: phone or e-mail; empty for who has only a passkey."""
        return self.phone or self.email or ""

    @property
    def is_visitor(self) -> bool:
        """A visitor whose real name the hall does not know: with small limits."""
        return self.visitor and self.named_at is None


class Session(Struct, frozen=True):
    """One signed-in device, as its resident sees it. The token itself is never stored, only its SHA-256.

    `proved_at`: when it last proved by anything whose it is; `strong_at`: when it did so with a passkey.
    """

    id: UUID
    resident: UUID
    kind: SessionKind
    way: Way
    device: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    proved_at: datetime
    strong_at: datetime | None

    def level(self, named_at: datetime | None) -> Level:
        """The assurance of this session, for a resident whose real name was matched at `named_at`."""
        if named_at is None:
            return Level.PHONE
        return Level.NAMED if self.strong_at is None else Level.STRONG


class SignedIn(Struct, frozen=True):
    """A successful sign-in. `token` is told once, here; `joined` says the resident is new."""

    token: str
    session: Session
    resident: Resident
    joined: bool


class Visit(Struct, frozen=True):
    """A resident and the session they came with."""

    resident: Resident
    session: Session

    @property
    def level(self) -> Level:
        return self.session.level(self.resident.named_at)


class VisitRow(Struct, frozen=True):
    """A visit as one row of the database."""

    session: UUID
    kind: SessionKind
    way: Way
    device: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    proved_at: datetime
    strong_at: datetime | None
    id: UUID
    phone: str
    wallet: UUID
    name: str | None
    lang: Lang | None
    theme: Theme
    mode: Mode
    state: State
    joined_at: datetime
    named_at: datetime | None
    email: str | None
    visitor: bool

    @property
    def visit(self) -> Visit:
        resident = Resident(
            id=self.id,
            phone=self.phone,
            wallet=self.wallet,
            name=self.name,
            lang=self.lang,
            theme=self.theme,
            mode=self.mode,
            state=self.state,
            joined_at=self.joined_at,
            named_at=self.named_at,
            email=self.email,
            visitor=self.visitor,
        )
        session = Session(
            id=self.session,
            resident=self.id,
            kind=self.kind,
            way=self.way,
            device=self.device,
            created_at=self.created_at,
            seen_at=self.seen_at,
            expires_at=self.expires_at,
            proved_at=self.proved_at,
            strong_at=self.strong_at,
        )
        return Visit(resident, session)


class Bearer(Struct, frozen=True):
    """What the batch paths need to know of a token, and nothing more."""

    token_hash: bytes
    session: UUID
    resident: UUID
    wallet: UUID
    phone: str
    state: State

    @property
    def masked(self) -> str:
        return masked(self.phone)


class CodeSent(Struct, frozen=True):
    """A code is on its way. `message` waits to be delivered after commit; None when it already was."""

    phone: str
    message: UUID | None
    expires_at: datetime


class CodeFor(StrEnum):
    """What a one-time code is for; it serves nothing else."""

    SIGN_IN = "sign_in"
    STEP_UP = "step_up"
    RECOVERY = "recovery"  # proving the new number of an account that is regained


class LiveCode(Struct, frozen=True):
    """A granted try: the hash to compare with, and how many tries are left after this one."""

    code_hash: bytes
    tries_left: int


class CodeState(Struct, frozen=True):
    """Why no try was granted."""

    expires_at: datetime
    used_at: datetime | None


class Delivery(StrEnum):
    """How an attempt to deliver a message ended. `waiting`: not yet, or somebody else is at it; try again later."""

    DONE = "done"
    WAITING = "waiting"


class ClaimedMessage(Struct, frozen=True):
    """A text message this process alone may send until its lease runs out."""

    id: UUID
    phone: str
    text: str


class Preferences(Struct, frozen=True):
    """What a resident, or a cookie of somebody signed out, says about pages. None leaves a thing as it is."""

    lang: Lang | None = None
    theme: Theme | None = None
    mode: Mode | None = None
