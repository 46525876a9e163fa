"""Reading: a resident's own messages, and which of them they have read."""

from uuid import UUID

from openhall.base import clock, db
from openhall.core.messages import problems
from openhall.core.messages.types import Category, Fate, Message

q = db.load("openhall.core.messages")

# Whoever has more is told "99+".
MOST_COUNTED = 100


async def inbox(
    conn: db.ReadConn,
    *,
    resident: UUID,
    unread: bool = False,
    category: Category | None = None,
    before: UUID | None = None,
    limit: int,
) -> list[Message]:
    """A resident's messages, newest first, those older than `before`. What is no longer true is never unread."""
    return await db.all(
        conn,
        q.inbox,
        Message,
        resident=resident,
        unread=unread,
        category=category,
        before=before,
        limit=limit,
        now=clock.now(),
    )


async def message(conn: db.ReadConn, *, resident: UUID, message: UUID) -> Message:
    """One of these; Problem `messages.not_found` also for somebody else's."""
    found = await db.maybe(conn, q.message, Message, id=message, resident=resident)
    if found is None:
        raise problems.not_found()
    return found


async def unread(conn: db.ReadConn, resident: UUID) -> int:
    """How many messages wait to be read; a hundred stands for any larger number."""
    return await db.one(conn, q.unread, int, resident=resident, now=clock.now(), most=MOST_COUNTED)


async def read(conn: db.Conn, *, resident: UUID, message: UUID) -> bool:
    """Note that it was read; whether it was unread. The first reading counts. Problem `messages.not_found`."""
    if await db.run(conn, q.read, id=message, resident=resident, now=clock.now()):
        return True
    if await db.maybe(conn, q.message, Message, id=message, resident=resident) is None:
        raise problems.not_found()
    return False


async def read_all(conn: db.Conn, *, resident: UUID, until: UUID | None = None) -> int:
    """Note that all were read, up to and with the message `until`: what came after it was not seen yet; how many."""
    return await db.run(conn, q.read_all, resident=resident, until=until, now=clock.now())


async def fates(conn: db.ReadConn, message: UUID) -> list[Fate]:
    """What happened to a message on each channel, oldest first."""
    return await db.all(conn, q.states, Fate, message=message)
