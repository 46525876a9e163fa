"""The processor's signed callbacks: believed when signed and fresh, kept once, applied like any other word of it."""

from collections.abc import Mapping

import msgspec

from openhall.base import clock, db
from openhall.core.cards import problems
from openhall.core.cards.actions.settle import hear, keep
from openhall.core.cards.types import Checkout, Notice
from openhall.core.rails.rules import is_signed

q = db.load("openhall.core.cards")

ID_MAX = 255


def read_notice(headers: Mapping[str, str], body: bytes, *, secret: str) -> Notice:
    """The notice in a request, if it is the processor's own.

    Refusals: `cards.notice_unsigned`, `cards.notice_malformed`.
    """
    notice_id = headers.get("webhook-id", "")
    signed = len(notice_id) <= ID_MAX and is_signed(
        secret=secret,
        notice_id=notice_id,
        timestamp=headers.get("webhook-timestamp", ""),
        signatures=headers.get("webhook-signature", ""),
        body=body,
        now=clock.now(),
    )
    if not signed:
        raise problems.notice_unsigned()
    try:
        said = msgspec.json.decode(body, type=Checkout)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise problems.notice_malformed() from None
    if not said.reference.isprintable() or not 1 <= len(said.reference) <= ID_MAX:
        raise problems.notice_malformed()
    return Notice(notice_id, said)


async def receive(conn: db.Conn, notice: Notice) -> None:
    """Keep the notice by its own id, then apply it, in one transaction. Delivered again, it changes nothing."""
    if await keep(conn, event_id=notice.id, said=notice.checkout):
        verdict = await hear(conn, notice.checkout)
        await db.run(conn, q.note_verdict, event_id=notice.id, verdict=verdict or "unknown_reference")
