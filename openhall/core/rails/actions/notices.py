"""The bank's signed callbacks: believed when signed and fresh, kept once, applied like any other word of the bank."""

from collections.abc import Mapping

import msgspec

from openhall.base import clock, db
from openhall.core.rails import problems, rules
from openhall.core.rails.actions.settle import hear, note, store
from openhall.core.rails.types import Charge, Notice

ID_MAX = 255


def read_notice(headers: Mapping[str, str], body: bytes, *, secret: str) -> Notice:
    """The notice in a request, if it is the bank's own. Refusals: `rails.notice_unsigned`, `rails.notice_malformed`."""
    notice_id = headers.get("webhook-id", "")
    signed = len(notice_id) <= ID_MAX and rules.is_signed(
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
        charge = msgspec.json.decode(body, type=Charge)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise problems.notice_malformed() from None
    if not charge.reference or len(charge.reference) > ID_MAX:
        raise problems.notice_malformed()
    return Notice(notice_id, charge)


async def receive(conn: db.Conn, notice: Notice) -> None:
    """Keep the notice by its own id, then apply it, in one transaction. Delivered again, it changes nothing."""
    if await store(conn, event_id=notice.id, said=notice.charge):
        await note(conn, event_id=notice.id, verdict=await hear(conn, notice.charge))
