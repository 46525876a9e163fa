"""Transfers as lines of a statement."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from openhall.base import db
from openhall.core.people import masked

q = db.load("openhall.core.payments.transfers")


class _Titled(Struct, frozen=True):
    entry: UUID
    id: UUID
    sender: UUID
    sender_masked: str
    shown_as: str | None
    to_phone: str


async def titles(conn: db.ReadConn, entries: Sequence[UUID], *, resident: UUID) -> dict[UUID, tuple[UUID, str]]:
    """For each of these ledger transfers the transfer it belongs to, and the other side as this resident sees it."""
    found = await db.all(conn, q.titles, _Titled, ids=db.ids(entries)) if entries else []
    return {
        one.entry: (
            one.id,
            (one.shown_as or masked(one.to_phone)) if one.sender == resident else one.sender_masked,
        )
        for one in found
    }
