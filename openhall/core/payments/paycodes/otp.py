"""One-time digits from a shared secret: HOTP (RFC 4226) and TOTP (RFC 6238)."""

import hmac
from datetime import datetime

STEP_S = 30
DIGITS = 8
# A device's clock may be one step ahead or behind; so a code works for at most ninety seconds.
DRIFT = 1


def hotp(key: bytes, count: int, *, digits: int = DIGITS, digest: str = "sha256") -> str:
    """The digits of one count."""
    mac = hmac.digest(key, count.to_bytes(8, "big"), digest)
    start = mac[-1] & 0x0F
    number = int.from_bytes(mac[start : start + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**digits:0{digits}d}"


def step_at(instant: datetime) -> int:
    """The number of the half minute, since 1970, that holds the instant."""
    return int(instant.timestamp()) // STEP_S


def matching_step(key: bytes, code: str, now: datetime) -> int | None:
    """The step whose code this is, of those that may be meant now; every one is compared, in constant time."""
    present, found = step_at(now), None
    for step in range(present - DRIFT, present + DRIFT + 1):
        if hmac.compare_digest(hotp(key, step), code):
            found = step
    return found
