"""What suspends links in the transaction of something else: a name that was never theirs, or a recovery."""

from collections.abc import Sequence
from uuid import UUID

from openhall.base import clock, db
from openhall.base.telling import Fact, Template
from openhall.core import messages
from openhall.core.families.actions import links
from openhall.core.families.actions.trail import record
from openhall.core.families.telling import NAME_GONE, TO_CONFIRM
from openhall.core.families.types import Happened, Why

q = db.load("openhall.core.families")


async def name_lost(conn: db.Conn, *, resident: UUID) -> None:
    """The real name of this account belongs to another one: nothing that rests on it opens anything any more."""
    found = await db.all(conn, q.rest_on_name, UUID, resident=resident)
    await _suspend(conn, found, Why.NAME, NAME_GONE)


async def passkeys_suspended(conn: db.Conn, *, resident: UUID) -> None:
    """The account is being recovered: what was approved with a passkey waits until its owner confirms it, for it may
    have been a thief's."""
    found = await db.all(conn, q.rest_on_passkeys, UUID, resident=resident)
    await _suspend(conn, found, Why.RECOVERY, TO_CONFIRM)


async def _suspend(conn: db.Conn, found: Sequence[UUID], why: Why, template: Template) -> None:
    """Suspend these, which are locked, and tell both sides."""
    tellings = []
    for link in found:
        await db.run(conn, q.suspend, id=link, why=why)
        await record(conn, link, Happened.SUSPENDED, None)
        made = await links.find(conn, link)
        told: dict[str, Fact] = {"at": clock.now(), "link": link}
        tellings.append(messages.Telling(made.holder, template, told | {"who": made.dependant_called}))
        if made.dependant is not None:
            tellings.append(messages.Telling(made.dependant, template, told | {"who": made.holder_called}))
    await messages.tell_all(conn, tellings)
