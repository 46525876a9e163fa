"""What the residents of the demo city find in their inbox on the first day."""

from uuid import UUID

from openhall.base import db
from openhall.base.i18n import N_
from openhall.base.package import City
from openhall.base.telling import Template
from openhall.core.messages.actions.inbox import inbox
from openhall.core.messages.actions.tell import tell_all
from openhall.core.messages.types import Telling

WELCOME = Template(
    code="messages.welcome",
    version=1,
    module="openhall.core.messages",
    category="news",
    title=N_("Welcome to {hall}"),
    body=N_(
        "This is your inbox: what you must know, what happens in your affairs, and reminders come here. You choose "
        "what is sent to you besides. Questions? Call {help}."
    ),
    short=N_("Your inbox is open."),
    link="/me/messages",
)


async def load(conn: db.Conn, city: City) -> None:
    """Tell each of them once."""
    new = [one for one in city.residents.values() if not await _has_messages(conn, one)]
    await tell_all(conn, [Telling(resident, WELCOME) for resident in new])


async def _has_messages(conn: db.ReadConn, resident: UUID) -> bool:
    return bool(await inbox(conn, resident=resident, limit=1))
