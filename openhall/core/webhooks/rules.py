"""The pure rules of webhooks (Standard Webhooks 1.0.0): signing, the body, the schedule, what an answer means."""

import base64
import hmac
import re
import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from openhall.core.webhooks.types import DeliveryState, Locked, Outcome, Verdict, Why

MOST_ENDPOINTS = 10
MOST_EVENTS = 20
# Seconds to wait after each attempt but the last: ten attempts in three days.
PAUSES = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
# A receiver that says that it has too much to do is left alone so long, twice as long each time, within bounds.
SLOW_LEAST_S = 60
SLOW_MOST_S = 3_600
SLOW = frozenset({429, 502, 504})
GONE = 410
# After a rotation the older key signs beside the new one for so long.
OVERLAP = timedelta(hours=24)
SALT_BYTES = 32
# The standard's bound is 20 kB: a receiver that needs more asks the API.
BODY_BYTES = 20_000
PATTERN = re.compile(r"\*|[a-zA-Z0-9_]+(\.[a-zA-Z0-9_]+)*(\.\*)?")
PATTERN_LENGTH = 80


def new_salt() -> str:
    """What makes a key differ from every other, as hexadecimal digits."""
    return secrets.token_hex(SALT_BYTES)


def key(hall_secret: str, salt: str) -> bytes:
    """The signing key, 32 bytes: nobody makes it from the database alone."""
    return hmac.digest(hall_secret.encode(), b"webhooks.key\0" + bytes.fromhex(salt), "sha256")


def shown(signing_key: bytes) -> str:
    """A signing key as its owner gets it."""
    return "whsec_" + base64.b64encode(signing_key).decode()


def signatures(keys: Iterable[bytes], message: str, timestamp: int, body: str) -> str:
    """The header `webhook-signature`: one signature for each key, the newest first."""
    signed = f"{message}.{timestamp}.{body}".encode()
    digests = (hmac.digest(signing_key, signed, "sha256") for signing_key in keys)
    return " ".join("v1," + base64.b64encode(digest).decode() for digest in digests)


def message_id(delivery: UUID) -> str:
    """The header `webhook-id`: the same on every attempt, so that a receiver knows what it has seen."""
    return f"msg_{delivery.hex}"


def body(*, type: str, at: datetime, data: dict[str, Any], stream: str, number: int) -> str:  # noqa: A002  its name in the standard
    """The JSON that is sent. `stream` and `number` say where the event stands: numbers of a stream have no gap."""
    place = {"stream": stream, "number": number}
    whole = msgspec.json.encode({"type": type, "timestamp": at, "data": data | place})
    if len(whole) >= BODY_BYTES:
        whole = msgspec.json.encode({"type": type, "timestamp": at, "data": place | {"left_out": True}})
    return whole.decode()


def patterns(wanted: Sequence[str], known: Iterable[str]) -> list[str] | None:
    """The wanted events, each once; None when one of them is not, or means nothing that is told here."""
    known = list(known)
    tidy = list(dict.fromkeys(wanted))
    fit = all(len(one) <= PATTERN_LENGTH and PATTERN.fullmatch(one) and _means(one, known) for one in tidy)
    return tidy if fit and 1 <= len(tidy) <= MOST_EVENTS else None


def _means(pattern: str, known: Sequence[str]) -> bool:
    """The same as webhooks.wants in the database, for a choice among what is known."""
    if pattern == "*":
        return True
    if pattern.endswith(".*"):
        return any(name.startswith(pattern[:-1]) for name in known)
    return pattern in known


def verdict(outcome: Outcome, tries: int, draw: Callable[[int], int]) -> Verdict:
    """What an answer means for its delivery after `tries` attempts. `draw(n)` is a random number below n."""
    status = outcome.status
    if status is not None and 200 <= status < 300:
        return Verdict(DeliveryState.DELIVERED)
    if status == GONE:
        return Verdict(DeliveryState.FAILED, ends=Why.GONE)
    slow_down = status in SLOW
    if tries > len(PAUSES):
        return Verdict(DeliveryState.FAILED, slow_down=slow_down, ends=Why.SILENT)
    pause = PAUSES[tries - 1]
    # Many that failed together need not come back together.
    jittered = pause + draw(pause // 10 + 1)
    return Verdict(DeliveryState.PENDING, again_in=timedelta(seconds=jittered), slow_down=slow_down)


def disables(verdict: Verdict, endpoint: Locked, since: datetime) -> bool:
    """Whether the endpoint is told no more: it is gone, or took nothing while a whole schedule ran out."""
    if verdict.ends is Why.SILENT:
        return endpoint.heard_at is None or endpoint.heard_at < since
    return verdict.ends is Why.GONE


def slow_pause(slow_count: int, retry_after: int | None) -> timedelta:
    """How long a receiver with too much to do is left alone."""
    doubled = SLOW_LEAST_S << min(slow_count, 10)
    return timedelta(seconds=min(max(doubled, retry_after or 0), SLOW_MOST_S))
