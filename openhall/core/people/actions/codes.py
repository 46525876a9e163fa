"""One-time codes: asking for one, and signing in with it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from openhall.base import clock, db, ids, jobs, limits
from openhall.base.config import Settings
from openhall.base.errors import Problem
from openhall.base.i18n import N_
from openhall.base.package import JoinHook
from openhall.core.people import problems, rules
from openhall.core.people.actions import alerts, residents, sessions
from openhall.core.people.jobs import deliver_message
from openhall.core.people.texts import words
from openhall.core.people.types import CodeFor, CodeSent, CodeState, Lang, LiveCode, SessionKind, SignedIn, State

q = db.load("openhall.core.people")

CODE_LIFE = timedelta(minutes=5)
CODE_TRIES = 5
# From other addresses than the one that asked: a phone may change its network in between, and a stranger who guesses
# shall not spend what the owner has.
STRANGE_TRIES = 3
# A double tap within this time sends one message; after it, asking again means that the first one did not come.
RESEND_PAUSE = timedelta(seconds=30)
# The window of the limits against guessing and flooding.
SHORT = timedelta(minutes=10)
# The job looks after a message this long after the web process tried to deliver it.
SAFETY_NET_S = 5

TEXTS = {
    CodeFor.SIGN_IN: N_("{hall}: {code} signs you in. It is valid for 5 minutes. Never tell it to anyone."),
    CodeFor.STEP_UP: N_(
        "{hall}: {code} allows an important step in your account. It is valid for 5 minutes. Never tell it to anyone."
    ),
    CodeFor.RECOVERY: N_(
        "{hall}: {code} moves your account to this number. It is valid for 5 minutes. Never tell it to anyone."
    ),
}


def _here_limit(settings: Settings, purpose: CodeFor) -> limits.Limit:
    return limits.Limit(f"people.otp.{purpose}", settings.otp_per_phone, SHORT)


def _here(settings: Settings, phone: str, asker: str) -> str:
    """The name under which one phone is counted for one asker."""
    return f"{rules.limit_key(settings.secret, phone)}:{asked_from(settings, asker)}"


def asked_from(settings: Settings, asker: str) -> str:
    """What is stored of who asked for a code: an address, or the session that is to prove itself once more."""
    return rules.limit_key(settings.secret, rules.address_key(asker))


async def count_request(
    pool: db.Pool, settings: Settings, *, phone: str, address: str, purpose: CodeFor, asker: str
) -> None:
    """Count a request for a code, refused or not. Problem `hall.rate_limited` when there were too many.

    For each purpose by itself, and for each address that asks: so a stranger who asks for codes to somebody's phone
    takes at most half of those that it may get in a day. A right code clears the ten-minute count (see `prove`), the
    daily one bounds what messages cost.
    """
    key, here = rules.limit_key(settings.secret, phone), _here(settings, phone, asker)
    by_address = limits.Limit("people.otp.address", settings.otp_per_address, SHORT, remembered=True)
    day, half = timedelta(days=1), max(1, settings.otp_per_phone_day // 2)
    await limits.take(pool, by_address, rules.address_key(address))
    await limits.take(pool, _here_limit(settings, purpose), here)
    await limits.take(pool, limits.Limit(f"people.otp.half.{purpose}", half, day), here)
    await limits.take(pool, limits.Limit(f"people.otp.day.{purpose}", settings.otp_per_phone_day, day), key)


async def count_try(pool: db.Pool, settings: Settings, *, address: str) -> None:
    """Count an attempt to sign in. Each code grants five tries; this bounds trying many phones from one address."""
    limit = limits.Limit("people.sign_in.address", settings.otp_per_address * CODE_TRIES, SHORT, remembered=True)
    await limits.take(pool, limit, rules.address_key(address))


async def ask_code(
    conn: db.Conn,
    settings: Settings,
    *,
    phone: str,
    lang: Lang,
    purpose: CodeFor = CodeFor.SIGN_IN,
    asker: str = "",
) -> CodeSent:
    """Make a code for a canonical `phone`, and the message that carries it and says what the code is for; the caller
    delivers it after commit. `asker`: the address or session that asks for it.

    Known and unknown phones are treated alike. The new code takes the place of an older one; asked again within
    30 seconds while that is untried, the same code stays and nothing new is sent.
    """
    now = clock.now()
    code = rules.new_code()
    placed = await db.maybe(
        conn,
        q.put_code,
        datetime,
        phone=phone,
        purpose=purpose,
        asked_from=asked_from(settings, asker),
        code_hash=rules.code_hash(settings.secret, phone, code),
        now=now,
        expires_at=now + CODE_LIFE,
        resend_before=now - RESEND_PAUSE,
    )
    if placed is None:
        waiting = await db.maybe(conn, q.waiting_message, UUID, phone=phone, about=purpose, now=now)
        expiry = await db.one(conn, q.live_code_expiry, datetime, phone=phone, purpose=purpose)
        return CodeSent(phone, waiting, expiry)
    hall = settings.hall_name_zh if lang is Lang.ZH_CN else settings.hall_name
    text = words().text(lang, TEXTS[purpose]).format(hall=hall, code=code)
    message = ids.new()
    await db.run(conn, q.drop_older_messages, phone=phone, about=purpose, now=now)
    await db.run(conn, q.put_message, id=message, phone=phone, text=text, about=purpose, now=now, expires_at=placed)
    await jobs.defer(conn, deliver_message, in_seconds=SAFETY_NET_S, message=str(message))
    return CodeSent(phone, message, placed)


async def prove(
    conn: db.Conn,
    settings: Settings,
    *,
    phone: str,
    code: str,
    purpose: CodeFor = CodeFor.SIGN_IN,
    asker: str = "",
) -> None:
    """Prove by its code that a canonical `phone` is in one's hand; the code is used up.

    `asker` types it: where another one asked for it, there are fewer tries, and none at a code to step up, which is for
    the session that asked.

    The caller commits even a refusal, for the try must count. In order of precedence: `people.code_expired`,
    `people.code_spent`, `people.code_wrong`.
    """
    now = clock.now()
    live = await db.maybe(
        conn,
        q.take_try,
        LiveCode,
        phone=phone,
        purpose=purpose,
        asker=asked_from(settings, asker),
        now=now,
        tries=CODE_TRIES,
        strange=0 if purpose is CodeFor.STEP_UP else STRANGE_TRIES,
    )
    if live is None:
        raise await _why_no_try(conn, phone, purpose, now)
    typed = rules.code(code)
    if typed is None or not rules.same(live.code_hash, rules.code_hash(settings.secret, phone, typed)):
        left = live.tries_left
        raise problems.code_wrong(tries_left=left) if left else problems.code_spent()
    await db.run(conn, q.use_code, phone=phone, purpose=purpose, now=now)
    await limits.clear(conn, _here_limit(settings, purpose), _here(settings, phone, asker))


async def sign_in(
    conn: db.Conn,
    settings: Settings,
    *,
    phone: str,
    code: str,
    kind: SessionKind,
    user_agent: str | None,
    lang: Lang | None,
    on_joined: Sequence[JoinHook],
    device: str | None,
    address: str = "",
) -> SignedIn:
    """Sign in with a canonical `phone` and its code; whoever is new joins.

    The caller commits even a refusal. In order of precedence: those of `prove`, `people.number_resting`.
    """
    await prove(conn, settings, phone=phone, code=code, asker=address)
    resident, joined = await residents.find_or_join(
        conn, phone=phone, lang=lang, currency=settings.currency, on_joined=on_joined
    )
    if resident.state is not State.ACTIVE:
        raise problems.number_resting()
    if await db.maybe(conn, q.hold_address, UUID, resident=resident.id, phone=phone) is None:
        # A recovery has just moved the account: this code was for a number that opens it no longer.
        raise problems.code_expired()
    token, session = await sessions.begin(
        conn, settings, resident=resident.id, kind=kind, user_agent=user_agent, device=device
    )
    await alerts.warn_of_new_device(conn, resident, session, device)
    return SignedIn(token=token, session=session, resident=resident, joined=joined)


async def _why_no_try(conn: db.ReadConn, phone: str, purpose: CodeFor, now: datetime) -> Problem:
    state = await db.maybe(conn, q.code_state, CodeState, phone=phone, purpose=purpose)
    if state is None or state.used_at is not None or state.expires_at <= now:
        return problems.code_expired()
    return problems.code_spent()
