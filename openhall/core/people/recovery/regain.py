"""Regaining an account: the resident has the code from the hall and a phone with the new number.

Both steps take the pool: a wrong code is counted although it is refused.
"""

from uuid import UUID

from openhall.base import clock, db
from openhall.base.config import Settings
from openhall.core.people import problems, rules
from openhall.core.people.actions import codes, entrance, residents, sessions
from openhall.core.people.actions.audit import record
from openhall.core.people.passkeys import actions as passkeys
from openhall.core.people.recovery import actions
from openhall.core.people.recovery.telling import tell_of_move
from openhall.core.people.recovery.types import LiveRecovery
from openhall.core.people.types import Act, CodeFor, CodeSent, Lang, SessionKind, SignedIn, Way

q = db.load("openhall.core.people.recovery")

TRIES = 5


async def send_code(
    pool: db.Pool,
    settings: Settings,
    *,
    old_phone: str,
    recovery_code: str,
    new_phone: str,
    address: str,
    lang: Lang,
) -> CodeSent:
    """Send a code to the new number, for whoever has the right recovery code.

    Problems, in order: `people.phone_invalid`, `hall.rate_limited`, `people.recovery_code_wrong`: the same one for a
    number without an account, without a recovery, and for a wrong or late code.
    """
    if rules.phone(new_phone) is None:
        raise problems.phone_invalid()
    await codes.count_try(pool, settings, address=address)

    async def act(conn: db.Conn) -> None:
        await _right(conn, settings, old_phone, recovery_code)

    await entrance.answered(pool, act)
    return await entrance.send_code(
        pool, settings, phone=new_phone, address=address, lang=lang, purpose=CodeFor.RECOVERY
    )


async def regain(
    pool: db.Pool,
    settings: Settings,
    *,
    old_phone: str,
    recovery_code: str,
    new_phone: str,
    code: str,
    address: str,
    kind: SessionKind,
    user_agent: str | None,
    device: str | None = None,
) -> SignedIn:
    """Move the account to the new number, which `code` proves, and sign in. Every older session is over then.

    Problems, in order: `people.phone_invalid`, `hall.rate_limited`, `people.recovery_code_wrong`, those of the code,
    `people.phone_taken`.
    """
    phone = rules.phone(new_phone)
    if phone is None:
        raise problems.phone_invalid()
    await codes.count_try(pool, settings, address=address)

    async def act(conn: db.Conn) -> SignedIn:
        recovery = await _right(conn, settings, old_phone, recovery_code)
        await codes.prove(conn, settings, phone=phone, code=code, purpose=CodeFor.RECOVERY, asker=address)
        await _move(conn, settings, recovery, phone)
        token, session = await sessions.begin(
            conn,
            settings,
            resident=recovery.resident,
            kind=kind,
            user_agent=user_agent,
            way=Way.RECOVERY,
            device=device,
        )
        resident = await residents.resident(conn, recovery.resident)
        return SignedIn(token=token, session=session, resident=resident, joined=False)

    return await entrance.answered(pool, act)


async def _right(conn: db.Conn, settings: Settings, old_phone: str, recovery_code: str) -> LiveRecovery:
    """The recovery that this code opens; a wrong code is counted."""
    phone = rules.address(old_phone)
    now = clock.now()
    live = await db.maybe(conn, q.live_recovery, LiveRecovery, phone=phone, now=now, tries=TRIES) if phone else None
    if live is None:
        raise problems.recovery_code_wrong()
    typed = rules.digits(recovery_code, actions.CODE_DIGITS)
    if typed is None or not rules.same(live.code_hash, actions.code_hash(settings.secret, live.id, typed)):
        await db.run(conn, q.count_wrong_code, id=live.id)
        raise problems.recovery_code_wrong()
    return live


async def _move(conn: db.Conn, settings: Settings, recovery: LiveRecovery, phone: str) -> None:
    before = await residents.resident(conn, recovery.resident)
    if await db.maybe(conn, q.change_phone, UUID, id=before.id, phone=phone) is None:
        raise problems.phone_taken()
    await db.run(conn, q.use_recovery, id=recovery.id, now=clock.now())
    await sessions.end_sessions(conn, resident=before.id, kept=None)
    await passkeys.suspend_all(conn, before.id)
    await record(conn, before.id, Act.PHONE_CHANGED, about=recovery.id)
    if before.phone != phone:
        await tell_of_move(conn, settings, before)
