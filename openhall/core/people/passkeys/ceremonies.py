"""Making a passkey and using one: a question by the hall, and the answer that a device signed.

The answers take the pool: a question is spent by its first answer, and a copied passkey is switched off, although the
answer is refused; so the transaction must be over before the refusal is told.
"""

import secrets
from datetime import timedelta
from uuid import UUID

from openhall.base import clock, db, ids, limits
from openhall.base.config import Settings
from openhall.core.people import problems, rules
from openhall.core.people.actions import alerts, assurance, codes, entrance, residents, sessions
from openhall.core.people.actions.audit import record
from openhall.core.people.actions.telling import tell
from openhall.core.people.passkeys import actions, verify
from openhall.core.people.passkeys.telling import PASSKEY_ADDED, PASSKEY_COPIED
from openhall.core.people.passkeys.types import (
    Authentication,
    Descriptor,
    Key,
    Passkey,
    Purpose,
    Registration,
    Suspension,
)
from openhall.core.people.pins.problems import pin_capped
from openhall.core.people.types import Act, CodeFor, CodeSent, Lang, SessionKind, SignedIn, State, Visit, Way

q = db.load("openhall.core.people.passkeys")

QUESTION_LIFE = timedelta(minutes=5)
MOST = 10
# Each look at the sign-in page asks for one, and many people may share an address.
QUESTIONS_PER_CODE = 10
# Of one session in ten minutes.
QUESTIONS_PER_SESSION = 30


async def ask(conn: db.Conn, purpose: Purpose, session: UUID | None) -> bytes:
    """A new question, good for one answer to this purpose in this session."""
    challenge = secrets.token_bytes(verify.CHALLENGE_BYTES)
    expires_at = clock.now() + QUESTION_LIFE
    await db.run(conn, q.put_challenge, challenge=challenge, purpose=purpose, session=session, expires_at=expires_at)
    return challenge


async def _count(pool: db.Pool, visit: Visit) -> None:
    """Count a question to one session: each is a row, and who answers one needs few."""
    limit = limits.Limit("people.passkey.session", QUESTIONS_PER_SESSION, codes.SHORT, remembered=True)
    await limits.take(pool, limit, str(visit.session.id))


async def ask_to_register(pool: db.Pool, settings: Settings, visit: Visit) -> bytes:
    """What a browser needs to make a passkey, as JSON. Problems, in order: `hall.rate_limited`, `people.pin_capped`."""
    await _count(pool, visit)
    async with pool.write() as conn:
        await _may_add(conn, settings, visit)
        challenge = await ask(conn, Purpose.REGISTER, visit.session.id)
        known = await db.all(conn, q.descriptors_of, Descriptor, resident=visit.resident.id, suspended=True)
    title = settings.hall_name_zh if visit.resident.lang == "zh_CN" else settings.hall_name
    return verify.registration_options(settings, verify.holder_of(visit.resident), challenge, known, title)


async def ask_to_sign_in(pool: db.Pool, settings: Settings, *, address: str) -> bytes:
    """What a browser needs to sign in, as JSON: the same for everybody, for nobody says yet who they are.

    Problem `hall.rate_limited`.
    """
    limit = limits.Limit(
        "people.passkey.address", settings.otp_per_address * QUESTIONS_PER_CODE, codes.SHORT, remembered=True
    )
    await limits.take(pool, limit, rules.address_key(address))
    async with pool.write() as conn:
        challenge = await ask(conn, Purpose.SIGN_IN, None)
    return verify.authentication_options(settings, challenge, ())


async def ask_to_step_up(pool: db.Pool, settings: Settings, visit: Visit) -> bytes:
    """What a browser needs to prove once more whose session it is, as JSON. Problem `hall.rate_limited`."""
    await _count(pool, visit)
    async with pool.write() as conn:
        challenge = await ask(conn, Purpose.STEP_UP, visit.session.id)
        allowed = await db.all(conn, q.descriptors_of, Descriptor, resident=visit.resident.id, suspended=False)
    return verify.authentication_options(settings, challenge, allowed)


async def ask_to_confirm(pool: db.Pool, settings: Settings, visit: Visit, passkey: UUID) -> bytes:
    """What a browser needs to confirm a passkey that a recovery switched off.

    Problems, in order: `hall.rate_limited`, `people.passkey_suspended`, `people.passkey_not_found`.
    """
    await _count(pool, visit)
    async with pool.write() as conn:
        await _may_confirm(conn, visit)
        allowed = await db.all(conn, q.descriptor, Descriptor, resident=visit.resident.id, id=passkey)
        if not allowed:
            raise problems.passkey_not_found()
        challenge = await ask(conn, Purpose.CONFIRM, visit.session.id)
    return verify.authentication_options(settings, challenge, allowed)


async def take(conn: db.Conn, challenge: bytes, purpose: Purpose, session: UUID | None) -> None:
    """Spend the question. Problem `people.challenge_unknown` when it is invented, spent, late, or was for else."""
    fits = await db.maybe(
        conn, q.take_challenge, bool, challenge=challenge, purpose=purpose, session=session, now=clock.now()
    )
    if not fits:
        raise problems.challenge_unknown()


async def register(pool: db.Pool, settings: Settings, visit: Visit, *, answer: Registration, name: str) -> Passkey:
    """Add the passkey that was made; an empty name becomes that of the device.

    Problems, in order: `people.passkey_malformed`, `people.challenge_unknown`, `people.passkey_origin_wrong`,
    `people.passkey_hall_wrong`, `people.passkey_unverified`, `people.pin_capped`, `people.passkeys_full`,
    `people.passkey_known`.
    """
    challenge = verify.challenge_of(answer)

    async def act(conn: db.Conn) -> Passkey:
        await take(conn, challenge, Purpose.REGISTER, visit.session.id)
        return await _add(conn, settings, visit, verify.made(settings, answer), name)

    return await entrance.answered(pool, act)


async def _add(conn: db.Conn, settings: Settings, visit: Visit, made: verify.Made, name: str) -> Passkey:
    resident = visit.resident
    await db.one(conn, q.lock_owner, UUID, resident=resident.id)
    await _may_add(conn, settings, visit)
    if await db.one(conn, q.count_passkeys, int, resident=resident.id) >= MOST:
        raise problems.passkeys_full()
    called = rules.label(name) or rules.label(visit.session.device) or "Passkey"
    added = await keep(conn, resident.id, made, called)
    await record(conn, resident.id, Act.PASSKEY_ADDED, visit.session.id, about=added.id)
    await tell(conn, resident.id, PASSKEY_ADDED, name=called, at=clock.now())
    return added


async def _may_add(conn: db.ReadConn, settings: Settings, visit: Visit) -> None:
    """While the PIN is capped a new passkey would stand for it: so no code alone makes one."""
    most = settings.pin_guesses
    if visit.session.strong_at is None and await db.one(conn, q.is_capped, bool, session=visit.session.id, most=most):
        raise pin_capped()


async def keep(conn: db.Conn, resident: UUID, made: verify.Made, called: str) -> Passkey:
    """Store a new passkey of this resident. Problem `people.passkey_known`."""
    added = await db.maybe(
        conn,
        q.add_passkey,
        Passkey,
        id=ids.new(),
        resident=resident,
        credential=made.credential,
        public_key=made.public_key,
        sign_count=made.sign_count,
        synced=made.synced,
        transports=made.transports,
        name=called,
        now=clock.now(),
    )
    if added is None:
        raise problems.passkey_known()
    return added


async def sign_in(
    pool: db.Pool,
    settings: Settings,
    *,
    answer: Authentication,
    address: str,
    kind: SessionKind,
    user_agent: str | None,
    device: str | None,
) -> SignedIn:
    """Sign in with a passkey alone.

    Problems, in order: `hall.rate_limited`, `people.passkey_malformed`, `people.challenge_unknown`,
    `people.passkey_origin_wrong`, `people.passkey_hall_wrong`, `people.passkey_unverified`, `people.passkey_unknown`,
    `people.passkey_signature_wrong`, `people.passkey_suspended`, `people.passkey_copied`, `people.number_resting`.
    """
    await codes.count_try(pool, settings, address=address)
    challenge = verify.challenge_of(answer)

    async def act(conn: db.Conn) -> SignedIn:
        await take(conn, challenge, Purpose.SIGN_IN, None)
        key = await _proved(conn, settings, answer)
        resident = await residents.resident(conn, key.resident)
        if resident.state is not State.ACTIVE:
            raise problems.number_resting()
        token, session = await sessions.begin(
            conn,
            settings,
            resident=resident.id,
            kind=kind,
            user_agent=user_agent,
            way=Way.PASSKEY,
            device=device,
            passkey=key.id,
        )
        await alerts.warn_of_new_device(conn, resident, session, device)
        return SignedIn(token=token, session=session, resident=resident, joined=False)

    return await entrance.answered(pool, act)


async def step_up(pool: db.Pool, settings: Settings, visit: Visit, *, answer: Authentication) -> None:
    """Prove once more whose session it is. Problems as for `sign_in` from `people.passkey_malformed` on; a passkey of
    somebody else is unknown here."""
    challenge = verify.challenge_of(answer)

    async def act(conn: db.Conn) -> None:
        await take(conn, challenge, Purpose.STEP_UP, visit.session.id)
        key = await _proved(conn, settings, answer, owner=visit.resident.id)
        await sessions.prove(conn, visit, passkey=key.id)

    await entrance.answered(pool, act)


async def confirm(pool: db.Pool, settings: Settings, visit: Visit, *, passkey: UUID, answer: Authentication) -> Passkey:
    """Switch a passkey on again after a recovery, by using it.

    Problems: `people.passkey_not_found`, those of `step_up`, and `people.passkey_suspended` for one that was copied.
    """
    async with pool.read() as reader:
        await actions.find(reader, resident=visit.resident.id, passkey=passkey)
    challenge = verify.challenge_of(answer)

    async def act(conn: db.Conn) -> Passkey:
        await _may_confirm(conn, visit)
        await take(conn, challenge, Purpose.CONFIRM, visit.session.id)
        key = await _proved(conn, settings, answer, owner=visit.resident.id, confirms=passkey)
        await db.run(conn, q.confirm_passkey, id=key.id)
        await record(conn, visit.resident.id, Act.PASSKEY_CONFIRMED, visit.session.id, about=key.id)
        return await db.one(conn, q.passkey, Passkey, id=key.id, resident=visit.resident.id)

    return await entrance.answered(pool, act)


async def _may_confirm(conn: db.ReadConn, visit: Visit) -> None:
    """While somebody at the hall says that the devices are in other hands, none of these devices says otherwise.

    Nothing else is asked for: using the passkey is the best proof there is.
    """
    if await db.one(conn, q.is_being_recovered, bool, resident=visit.resident.id, now=clock.now()):
        raise problems.passkey_suspended()


async def _proved(
    conn: db.Conn,
    settings: Settings,
    answer: Authentication,
    *,
    owner: UUID | None = None,
    confirms: UUID | None = None,
) -> Key:
    """The passkey whose right signature this is; `owner` and `confirms` say whose and which it must be."""
    credential = verify.check_before_signature(settings, answer)
    await db.maybe(conn, q.hold_owner, UUID, credential=credential)
    key = await db.maybe(conn, q.lock_key, Key, credential=credential)
    if key is None or owner not in (None, key.resident) or confirms not in (None, key.id):
        raise problems.passkey_unknown()
    used = verify.used(settings, answer, key.public_key)
    if not verify.is_handle_of(answer, key.resident, known=owner is not None):
        raise problems.passkey_signature_wrong()
    if key.suspended_for is not None and (confirms is None or key.suspended_for is not Suspension.RECOVERY):
        raise problems.passkey_suspended()
    # Synced passkeys count nothing and always say 0; a counter that was once seen must grow for ever.
    if (used.sign_count or key.sign_count) and used.sign_count <= key.sign_count:
        await _switch_off(conn, key)
        raise problems.passkey_copied()
    await db.run(conn, q.use_passkey, id=key.id, sign_count=used.sign_count, synced=used.synced, now=clock.now())
    return key


async def _switch_off(conn: db.Conn, key: Key) -> None:
    """There are two of it, and nobody knows which one is the owner's: neither opens anything any more."""
    await db.run(conn, q.suspend_passkey, id=key.id, now=clock.now())
    await db.run(conn, q.weaken_sessions, resident=key.resident)
    await record(conn, key.resident, Act.PASSKEY_SUSPENDED, about=key.id)
    await tell(conn, key.resident, PASSKEY_COPIED, name=key.name, at=clock.now())


async def send_step_up_code(pool: db.Pool, settings: Settings, visit: Visit, *, address: str, lang: Lang) -> CodeSent:
    """Send a code to the resident's own phone. Problems: `people.passkey_required`, `hall.rate_limited`."""
    async with pool.read() as reader:
        await _no_passkey(reader, visit)
    return await entrance.send_code(
        pool,
        settings,
        phone=visit.resident.address,
        address=address,
        lang=lang,
        purpose=CodeFor.STEP_UP,
        asker=str(visit.session.id),
    )


async def step_up_by_code(pool: db.Pool, settings: Settings, visit: Visit, *, code: str, address: str) -> None:
    """Prove once more whose session it is by a code to the phone, for whoever has no passkey.

    Problems: `hall.rate_limited`, `people.passkey_required`, and those of the code.
    """
    await codes.count_try(pool, settings, address=address)

    async def act(conn: db.Conn) -> None:
        await _no_passkey(conn, visit)
        phone, asker = visit.resident.address, str(visit.session.id)
        await codes.prove(conn, settings, phone=phone, code=code, purpose=CodeFor.STEP_UP, asker=asker)
        await sessions.prove(conn, visit)

    await entrance.answered(pool, act)


async def _no_passkey(conn: db.ReadConn, visit: Visit) -> None:
    if await assurance.has_passkey(conn, visit):
        raise problems.passkey_required()
