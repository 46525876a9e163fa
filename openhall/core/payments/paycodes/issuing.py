"""A resident gets a pay code, and enrols devices that make codes offline."""

from datetime import date
from uuid import UUID

from openhall.base import clock, db, ids, visible
from openhall.core import ledger
from openhall.core.payments import problems
from openhall.core.payments.codes import pay
from openhall.core.payments.paycodes import rules
from openhall.core.payments.paycodes.types import Device, Enrolled, PayCode

q = db.load("openhall.core.payments.paycodes")


async def issue(conn: db.Conn, *, resident: UUID, secret: str) -> PayCode:
    """A new online code. Earlier unused ones live on to their end, but at most `rules.MOST_LIVE` with this one.

    Problem `payments.account_frozen`. `secret` is the hall's. How often a resident may ask is limited by
    whoever calls (`rules.issuing_limit`).
    """
    now, digits = clock.now(), rules.new_digits()
    expires_at = now + rules.LIFE
    await db.all(conn, q.lock_issuing, str, resident=str(resident))
    await db.run(conn, q.end_older_codes, resident=resident, keep=rules.MOST_LIVE - 1, now=now)
    code = rules.code_hash(secret, digits)
    if not await db.run(conn, q.insert_code, code=code, resident=resident, now=now, expires_at=expires_at):
        raise problems.account_frozen()
    return PayCode(digits, digits, pay.payload(digits), expires_at)


async def enrol(conn: db.Conn, *, resident: UUID, name: str, secret: str, session: UUID | None = None) -> Enrolled:
    """A device that may make codes offline; its secret is told here and never again.

    It pays as long as its `session` lives, and takes the place of what the session enrolled before; without a session
    it pays until it is revoked.

    Problems: `payments.device_name_invalid`, `payments.too_many_devices`.
    """
    clean = visible.name(name, rules.DEVICE_NAME_MAX)
    if clean is None:
        raise problems.device_name_invalid()
    await db.all(conn, q.lock_issuing, str, resident=str(resident))
    device, now = ids.new(), clock.now()
    await db.run(conn, q.replace_device_of_session, session=session, now=now)
    if len(await devices(conn, resident=resident)) >= rules.MOST_DEVICES:
        raise problems.too_many_devices(limit=rules.MOST_DEVICES)
    number = await db.one(
        conn, q.insert_device, int, id=device, resident=resident, name=clean, now=now, session=session, day=_today()
    )
    digits = f"{rules.device_permutation(secret).hide(number):0{pay.HALF}d}"
    return Enrolled(device, clean, now, digits, rules.device_secret(secret, device))


async def devices(conn: db.ReadConn, *, resident: UUID) -> list[Device]:
    """The resident's devices that pay, in the order in which they were enrolled."""
    return await db.all(conn, q.devices_of, Device, resident=resident, day=_today(), now=clock.now())


async def revoke(conn: db.Conn, *, resident: UUID, device: UUID) -> None:
    """From the commit on no code of this device pays. Problem `payments.device_not_found`."""
    if not await db.run(conn, q.revoke_device, id=device, resident=resident, now=clock.now()):
        raise problems.device_not_found()


def _today() -> date:
    return ledger.business_date(clock.now())
