"""The outbox of text messages: stored with the code, sent after commit, wiped when done.

A message is sent at least once while its code lives. A gateway that takes it and does not answer in time may be asked
twice (with the same message id, so that it can tell); the two texts carry the same code, which harms nobody.
"""

from datetime import timedelta
from uuid import UUID

import structlog

from openhall.base import clock, db
from openhall.core.people.ports import Sms, SmsRefusedError, SmsUnansweredError
from openhall.core.people.types import ClaimedMessage, Delivery

q = db.load("openhall.core.people")
log = structlog.get_logger()

# Longer than the connector waits, so that two senders never overlap unless one of them died.
LEASE = timedelta(seconds=10)
# Codes and the record of their messages serve nobody after a day.
FORGET_AFTER = timedelta(days=1)


async def deliver(pool: db.Pool, sms: Sms, message: UUID) -> Delivery:
    """Send one message if it still waits. Opens its own transactions, because the gateway is called between two."""
    now = clock.now()
    async with pool.write() as conn:
        claimed = await db.maybe(conn, q.claim_message, ClaimedMessage, id=message, now=now, claimed_until=now + LEASE)
        if claimed is None:
            waiting = await db.one(conn, q.message_is_waiting, bool, id=message, now=now)
            return Delivery.WAITING if waiting else Delivery.DONE
    try:
        await sms.send(message=claimed.id, to=claimed.phone, text=claimed.text)
    except SmsRefusedError:
        log.warning("people.sms_refused", message=str(message))
        async with pool.write() as conn:
            await db.run(conn, q.release_message, id=message)
        return Delivery.WAITING
    except SmsUnansweredError:
        # It may be on its way: the lease runs out before anybody sends it again.
        log.warning("people.sms_unanswered", message=str(message))
        return Delivery.WAITING
    async with pool.write() as conn:
        await db.run(conn, q.finish_message, id=message, now=clock.now())
    return Delivery.DONE


async def sweep(conn: db.Conn) -> None:
    """Wipe the text of messages whose code expired; forget what is over: questions at once, the rest after a day."""
    now = clock.now()
    await db.run(conn, q.drop_expired_messages, now=now)
    await db.run(conn, q.forget_challenges, now=now)
    await db.run(conn, q.forget_messages, before=now - FORGET_AFTER)
    await db.run(conn, q.forget_codes, before=now - FORGET_AFTER)
