"""Retries that are safe: the same key with the same body gets the recorded answer, with another body a refusal.

The contract (see docs/reference/idempotency.md):
first use -> run; same body -> same answer; another body -> 422; first still running -> 409; a malformed request is
not recorded, so it may be corrected under the same key; a business refusal is recorded and stays a refusal.
"""

import hashlib
import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from openhall.base import clock, db
from openhall.base.errors import REGISTRY, Kind, Problem, define
from openhall.base.i18n import N_

q = db.load("openhall.base")

_KEY = re.compile(r"[!-~]{1,255}")
# Keys that made no money move are forgotten after a day.
SHORT_LIFE = timedelta(hours=24)

key_missing = define(
    "hall.idempotency_key_missing",
    Kind.INVALID,
    N_("The request carries no key of its own."),
    N_("Send the header Idempotency-Key with a fresh value, and the same value when you retry."),
)
key_malformed = define(
    "hall.idempotency_key_malformed",
    Kind.INVALID,
    N_("The key of the request is malformed."),
    N_("Use 1 to 255 visible ASCII characters, such as a UUID."),
)
key_in_flight = define(
    "hall.idempotency_in_flight",
    Kind.CONFLICT,
    N_("The first request with this key is still running."),
    N_("Wait a moment, then send the same request again."),
    person=(
        N_("This is being done already."),
        N_("Wait a moment, then open the page again and see how it stands. Nothing is done twice."),
    ),
)
key_reused = define(
    "hall.idempotency_key_reused",
    Kind.REFUSED,
    N_("This key was already used for a different request."),
    N_("Use a fresh key for a new request."),
    person=(
        N_("This form was sent before, with something else in it."),
        N_("Open the page again, see how it stands, and fill it in once more if you still wish to."),
    ),
)


class Key(Struct, frozen=True):
    """Who asks for what, under which name. `body_hash` is the SHA-256 of the canonical body."""

    principal: str
    scope: str
    key: str
    body_hash: bytes


class Answer(Struct, frozen=True):
    """What was answered: an HTTP status and a JSON text; for a refusal the code and its data, without words."""

    status: int
    body: str
    replayed: bool = False

    @property
    def problem(self) -> Problem | None:
        """The refusal, if it is one. Its words are added at the edge, in the language of whoever asks again."""
        if self.status < Kind.INVALID.value:
            return None
        refused = msgspec.json.decode(self.body, type=_Refused)
        return REGISTRY[refused.code](**refused.data)


class _Refused(Struct, frozen=True):
    code: str
    data: dict[str, Any]


def refusal(problem: Problem) -> Answer:
    """A business refusal as an answer that can be recorded."""
    body = msgspec.json.encode(_Refused(problem.code, problem.data)).decode()
    return Answer(problem.kind.value, body)


class Claim(Struct, frozen=True):
    """What there is under a key: whether this transaction now holds it, and the answer given before, if one was."""

    held: bool
    body_hash: bytes | None
    status: int | None
    body: str | None

    def answer(self, asked_hash: bytes) -> Answer | None:
        """The recorded answer. Problems: the key is in flight, or its answer was given to another body."""
        if not self.held:
            raise key_in_flight()
        if self.body_hash is None or self.status is None or self.body is None:
            return None
        if self.body_hash != asked_hash:
            raise key_reused()
        return Answer(self.status, self.body, replayed=True)


def check_key(key: str | None) -> str:
    """The key itself; a Problem when it is missing or not 1 to 255 visible ASCII characters."""
    if key is None:
        raise key_missing()
    if not _KEY.fullmatch(key):
        raise key_malformed()
    return key


def body_hash(canonical: bytes) -> bytes:
    return hashlib.sha256(canonical).digest()


def is_decided(problem: Problem) -> bool:
    """Whether the refusal is a decision about a well-formed request, and so must stand on every retry."""
    return problem.kind is Kind.REFUSED


async def once(conn: db.Conn, key: Key, act: Callable[[], Awaitable[Answer]], *, keep: bool = False) -> Answer:
    """Run `act` unless its answer is already recorded; a business refusal of `act` becomes a recorded answer too.

    `keep` holds the record for ever (money); otherwise it lives 24 hours.
    """
    (found,) = await claim(conn, key.scope, [(key.principal, key.key)])
    recorded = found.answer(key.body_hash)
    if recorded is not None:
        return recorded
    try:
        # A savepoint: what a refused action began is undone, and the refusal itself can still be recorded.
        async with conn.transaction():
            answer = await act()
    except Problem as problem:
        if not is_decided(problem):
            raise
        answer = refusal(problem)
    now = clock.now()
    await db.run(
        conn,
        q.record_answer,
        principal=key.principal,
        scope=key.scope,
        key=key.key,
        body_hash=key.body_hash,
        status=answer.status,
        body=answer.body,
        now=now,
        expires_at=expiry(now, keep=keep),
    )
    return answer


async def claim(conn: db.Conn, scope: str, keys: Sequence[tuple[str, str]]) -> list[Claim]:
    """Take the keys, each with its principal, until the transaction ends; aligned, and without waiting."""
    return await db.all(
        conn,
        q.claim,
        Claim,
        principals=db.words(principal for principal, _ in keys),
        scope=scope,
        keys=db.words(key for _, key in keys),
    )


async def answered(conn: db.ReadConn, *, principal: str, scope: str, key: str) -> Answer | None:
    """What was answered under this key; None when nothing was, or when it is no key at all."""
    try:
        found = await db.maybe(conn, q.recorded_answer, _Answered, principal=principal, scope=scope, key=check_key(key))
    except Problem:
        return None
    return None if found is None else Answer(found.status, found.body, replayed=True)


async def recorded(conn: db.ReadConn, key: Key) -> Answer | None:
    """What was answered to this very request before; None when nothing was yet.

    To be asked before anything that may turn out otherwise on a retry: who is meant by a number, or a PIN that was used
    up meanwhile. Problem: the answer was given to another body.
    """
    asked = {"principal": key.principal, "scope": key.scope, "key": key.key}
    found = await db.maybe(conn, q.recorded_answer, _Answered, **asked)
    if found is None:
        return None
    if found.body_hash != key.body_hash:
        raise key_reused()
    return Answer(found.status, found.body, replayed=True)


class _Answered(Struct, frozen=True):
    body_hash: bytes
    status: int
    body: str


def expiry(now: datetime, *, keep: bool) -> datetime | None:
    return None if keep else now + SHORT_LIFE
