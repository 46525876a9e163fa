"""What a resident wants: which channels carry which category, when not to be rung, where letters go."""

from uuid import UUID

from openhall.base import clock, db
from openhall.core import people
from openhall.core.messages import rules
from openhall.core.messages.actions.tell import tell
from openhall.core.messages.telling import CHOICES_CHANGED, LETTERS_MOVED
from openhall.core.messages.types import Category, Channel, Habits, Preferences, Quiet, Wish
from openhall.core.people import Visit

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


async def prefer(conn: db.Conn, visit: Visit, wish: Preferences) -> Preferences:
    """Keep all of it, for messages that are told from now on. Whatever changes by it is told at once, as it was until
    now; another address for letters needs a fresh proof.

    Refusals: those of `rules.checked`, then `people.proof_too_old`.
    """
    kept, resident = rules.checked(wish), visit.resident.id
    before = await preferences(conn, resident)
    if kept.letter_to != before.letter_to:
        await people.require_fresh(conn, visit)
    await _keep(conn, resident, kept)
    now = clock.now()
    if kept.letter_to != before.letter_to:
        await tell(conn, resident, LETTERS_MOVED, at=now)
    if (kept.wanted, kept.quiet) != (before.wanted, before.quiet):
        await tell(conn, resident, CHOICES_CHANGED, at=now)
    return kept


async def _keep(conn: db.Conn, resident: UUID, kept: Preferences) -> None:
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


async def send_letters_to(conn: db.Conn, *, resident: UUID, address: str) -> None:
    """What they must know goes to them by letter as well, to this address: for people whom nothing else reaches.
    Refusals: `messages.address_invalid`, `messages.address_missing`."""
    found = await preferences(conn, resident)
    wanted = found.wanted | {Category.MUST: found.wanted[Category.MUST] | {Channel.LETTER: True}}
    await _keep(conn, resident, rules.checked(Preferences(wanted, found.quiet, address)))
