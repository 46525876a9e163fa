"""Asks on their way through a batch, and the answers kept for their keys: the same for payments and charges."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, TypeVar

from openhall.base import clock, db, idempotency
from openhall.base.errors import Problem
from openhall.base.idempotency import Answer

base = db.load("openhall.base")


class Item(ABC):
    """An ask on its way; `answer` is set as soon as it is decided, and then it is left alone.

    `recorded`: there was an answer under its key already, so this one is not kept.
    """

    def __init__(self) -> None:
        self.answer: Answer | Problem | None = None
        self.recorded = False

    @property
    @abstractmethod
    def identity(self) -> tuple[str, str]:
        """Whose key it is, and the key; only asked of items whose asker is known."""

    @property
    @abstractmethod
    def body_hash(self) -> bytes:
        """Of what was asked, to tell a retry from another request under the same key."""


AnyItem = TypeVar("AnyItem", bound=Item)


def undecided(items: Sequence[AnyItem]) -> list[AnyItem]:
    """The items that nothing has answered yet."""
    return [item for item in items if item.answer is None]


async def replay(conn: db.Conn, scope: str, items: Sequence[Item]) -> None:
    """Answer what was asked before under the same key, and what somebody is asking right now."""
    seen: set[tuple[str, str]] = set()
    for item in items:
        if item.identity in seen:
            item.answer = idempotency.key_in_flight()
        seen.add(item.identity)
    items = undecided(items)
    if not items:
        return
    claims = await idempotency.claim(conn, scope, [item.identity for item in items])
    for item, claim in zip(items, claims, strict=True):
        item.recorded = claim.body_hash is not None
        try:
            item.answer = claim.answer(item.body_hash)
        except Problem as refused:
            item.answer = refused


async def record(conn: db.Conn, scope: str, items: Sequence[Item]) -> None:
    """Keep what was decided, for ever, so that a retry gets the same answer for as long as the payment lives."""
    rows = []
    for item in items:
        if item.recorded:
            continue
        if isinstance(item.answer, Problem) and idempotency.is_decided(item.answer):
            item.answer = idempotency.refusal(item.answer)
        if isinstance(item.answer, Answer):
            rows.append(_row(item, item.answer))
    if rows:
        await db.send(conn, base.record_answers, rows=db.rows(rows), scope=scope, now=clock.now(), expires_at=None)


def answers(items: Sequence[Item]) -> list[Answer | Problem]:
    """What each asker is told; every item is answered by now."""
    given = [item.answer for item in items if item.answer is not None]
    assert len(given) == len(items), "an item of the batch was forgotten"
    return given


def _row(item: Item, answer: Answer) -> dict[str, Any]:
    principal, key = item.identity
    return {
        "principal": principal,
        "key": key,
        "body_hash": item.body_hash.hex(),
        "status": answer.status,
        "body": answer.body,
    }
