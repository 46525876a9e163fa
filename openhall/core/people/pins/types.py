"""The shapes of payment PINs. No I/O."""

from datetime import datetime

from msgspec import Struct

# Wrong PINs of one session until it is shut out and must sign in again.
SESSION_TRIES = 5


class PinState(Struct, frozen=True):
    """Whether a PIN is set, and whether this session may try it.

    `wrong` and `wait_until` are the session's own; `account_wrong` counts those of sessions that never gave the right
    one, `is_known` says whether this one did.
    """

    pin_at: datetime | None
    has_passkey: bool
    wrong: int
    wait_until: datetime | None
    is_known: bool
    account_wrong: int

    @property
    def is_set(self) -> bool:
        return self.pin_at is not None

    @property
    def is_shut_out(self) -> bool:
        """Whether this session must sign in again before it may try once more."""
        return self.wrong >= SESSION_TRIES


class PinTry(Struct, frozen=True):
    """A granted try: the hash to compare with, and how many wrong ones there are if this is one more."""

    hash: str
    wrong: int
    account_wrong: int
