"""What a resident wants: which channels carry which category, when not to be rung, where letters go."""

from uuid import UUID

from openhall.base import db
from openhall.core.messages import rules
from openhall.core.messages.types import Category, Channel, Habits, Preferences, Quiet, Wish

q = db.load("openhall.core.messages")


async def preferences(conn: db.ReadConn, resident: UUID) -> Preferences:
    """What they chose, over the hall's usual way."""
    wishes = await db.all(conn, q.preferences, Wish, resident=resident)
    habits = await db.maybe(conn, q.habits, Habits, resident=resident)
    if habits is None:
        return Preferences(rules.wanted(wishes), rules.QUIET, None)
    quiet = None
    if habits.quiet_from is not None and habits.quiet_to is not None:
        quiet = Quiet(habits.quiet_from, habits.quiet_to)
    return Preferences(rules.wanted(wishes), quiet, habits.letter_to)


async def prefer(conn: db.Conn, *, resident: UUID, wish: Preferences) -> Preferences:
    """Keep all of it, for messages that are told from now on. Refusals: those of `rules.checked`."""
    kept = rules.checked(wish)
    rows = [
        Wish(category, channel, wanted)
        for category, channels in kept.wanted.items()
        for channel, wanted in channels.items()
        if category is not Category.MUST or channel is Channel.LETTER
    ]
    await db.run(
        conn,
        q.put_habits,
        resident=resident,
        quiet_from=kept.quiet and kept.quiet.start,
        quiet_to=kept.quiet and kept.quiet.end,
        letter_to=kept.letter_to,
    )
    await db.run(conn, q.put_preferences, resident=resident, rows=db.rows(rows))
    return kept
