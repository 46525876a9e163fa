"""The pure rules of payment PINs: which are too easy, how they are hashed, how long a wrong one makes wait."""

import hmac
import os
import re
from datetime import timedelta
from uuid import UUID

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from openhall.core.people import rules

PIN_DIGITS = 6
# What a session waits after so many wrong PINs. One slip of the finger costs nothing.
WAITS = {3: timedelta(minutes=1), 4: timedelta(minutes=5)}
# OWASP's least for Argon2id: 19 MiB, two passes. Six digits are few whatever the cost, hence the key besides.
_MEMORY_KIB, _PASSES, _LANES, _LENGTH, _SALT = 19_456, 2, 1, 32, 16
_REPEATED = re.compile(r"(\d{1,3})\1+")
_RISING, _FALLING = "01234567890", "09876543210"


def pin(written: str) -> str | None:
    """The six digits of a PIN as a person typed them, or None."""
    return rules.digits(written, PIN_DIGITS)


def is_too_easy(pin: str, *, phone: str, national_id: str | None) -> bool:
    """Whether somebody who knows a little of the owner would try this one early: 000000, 123456, 121212, 123123, the
    end of the phone number or of the national id, the birthday in any order of its parts."""
    if _REPEATED.fullmatch(pin) or pin in _RISING or pin in _FALLING or phone.endswith(pin):
        return True
    return national_id is not None and pin in _of_the_id(national_id)


def _of_the_id(national_id: str) -> set[str]:
    year, month, day = national_id[6:10], national_id[10:12], national_id[12:14]
    short = year[2:]
    births = {short + month + day, day + month + short, month + day + short, year + month, month + year, year + day}
    return births | {national_id[-6:]}


def hashed(secret: str, resident: UUID, pin: str) -> str:
    """What is stored of a PIN. Takes a tenth of a second of a processor: call it in a thread."""
    return _argon2(os.urandom(_SALT)).derive_phc_encoded(_keyed(secret, resident, pin))


def matches(secret: str, resident: UUID, pin: str, stored: str) -> bool:
    """Whether the PIN is the stored one; as dear as `hashed`."""
    try:
        Argon2id.verify_phc_encoded(_keyed(secret, resident, pin), stored)
    except InvalidKey:
        return False
    return True


def _argon2(salt: bytes) -> Argon2id:
    return Argon2id(salt=salt, length=_LENGTH, iterations=_PASSES, lanes=_LANES, memory_cost=_MEMORY_KIB)


def _keyed(secret: str, resident: UUID, pin: str) -> bytes:
    """Without the hall's secret the million candidates cannot be tried."""
    return hmac.digest(secret.encode(), f"people.pin\0{resident}\0{pin}".encode(), "sha256")
