"""The pure rules of rails: what the bank's word means, when to ask again, and whether a notice is the bank's."""

import base64
import binascii
import hashlib
import hmac
from datetime import date, datetime, timedelta

from openhall.core.rails.types import Charge, ChargeState, Locked, TopUpState, Verdict

# One resident may have so many top-ups waiting for the bank: a flood of them would only be noise at the bank.
MOST_PROCESSING = 10
# Pauses before the bank is asked again, in seconds; the last one repeats.
PAUSES = (2, 5, 10, 10, 30, 60, 120, 300)
# From this age on we ask the bank to cancel: it then says "declined", or that it took the money after all.
GIVE_UP_AFTER = timedelta(minutes=30)
# A worker that was killed holds its claim so long; it is never shorter than the calls it may make.
LEAST_LEASE = timedelta(seconds=30)
# A notice is believed so long before and after its timestamp; its id is remembered for ever.
TOLERANCE = timedelta(seconds=300)
# A statement page offers so many months; older ones are in the API.
MOST_MONTHS = 12


def verdict(top_up: Locked, said: Charge) -> Verdict:
    """What the bank's word means for the top-up. A final state never changes again."""
    if said.state is ChargeState.SUCCEEDED and (said.amount, said.currency) != (top_up.amount, top_up.currency):
        return Verdict.CONTRADICTION
    if said.state is ChargeState.ACCEPTED:
        return Verdict.WAIT if top_up.state is TopUpState.PROCESSING else Verdict.NOTHING_NEW
    means = TopUpState.SUCCEEDED if said.state is ChargeState.SUCCEEDED else TopUpState.FAILED
    if top_up.state is TopUpState.PROCESSING:
        return Verdict.CREDIT if means is TopUpState.SUCCEEDED else Verdict.FAIL
    return Verdict.NOTHING_NEW if top_up.state is means else Verdict.CONTRADICTION


def pause(attempts: int) -> timedelta:
    """How long to wait after the `attempts`-th try before the next one."""
    return timedelta(seconds=PAUSES[min(attempts, len(PAUSES)) - 1])


def lease(bank_timeout_s: float) -> timedelta:
    """How long a worker keeps a top-up to itself: longer than the two calls that it may make."""
    return max(LEAST_LEASE, timedelta(seconds=3 * bank_timeout_s))


def months_since(first: date, last: date) -> list[str]:
    """The months ("2026-11") from `last` back to `first`, newest first, at most `MOST_MONTHS` and at least one."""
    newest, oldest = last.year * 12 + last.month - 1, first.year * 12 + first.month - 1
    count = max(1, min(newest - oldest + 1, MOST_MONTHS))
    return [f"{number // 12:04d}-{number % 12 + 1:02d}" for number in range(newest, newest - count, -1)]


def is_signed(*, secret: str, notice_id: str, timestamp: str, signatures: str, body: bytes, now: datetime) -> bool:
    """Whether the notice is the bank's own and fresh, by the headers of Standard Webhooks.

    `signatures` is a blank-separated list such as `v1,<base64>`: two of them while a key is being changed.
    """
    if not (secret and notice_id and timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE.total_seconds():
        return False
    expected = hmac.new(key(secret), f"{notice_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return any(hmac.compare_digest(expected, given) for given in _v1(signatures))


def key(secret: str) -> bytes:
    """The bytes of a shared key: `whsec_` and base64 as the standard writes it, or any other text as it is."""
    if not secret.startswith("whsec_"):
        return secret.encode()
    return base64.b64decode(secret.removeprefix("whsec_"))


def _v1(signatures: str) -> list[bytes]:
    """The well-formed HMAC signatures of the header; others, such as those of other versions, are passed over."""
    found = []
    for part in signatures.split(" ")[:8]:
        version, _, text = part.partition(",")
        try:
            given = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            continue
        if version == "v1" and given:
            found.append(given)
    return found
