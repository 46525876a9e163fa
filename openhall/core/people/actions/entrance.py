"""The two steps of signing in as whole requests, for the API and the pages alike.

Unlike other actions these take the pool: a message leaves and a wrong try is refused only after the commit that
records it, so the transaction must be over before the answer is known.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from openhall.base import db
from openhall.base.config import Settings
from openhall.base.errors import Problem
from openhall.base.package import JoinHook
from openhall.core.people import problems
from openhall.core.people.actions import codes, messages, residents
from openhall.core.people.ports import sms_of
from openhall.core.people.types import CodeFor, CodeSent, Lang, SessionKind, SignedIn

T = TypeVar("T")


def _canonical(settings: Settings, written: str) -> str:
    """The phone or the e-mail address that was written. A hall without a mail gateway has no codes by e-mail."""
    canonical = residents.canonical(written)
    if "@" in canonical and not settings.mail_url:
        raise problems.email_off()
    return canonical


async def answered(pool: db.Pool, act: Callable[[db.Conn], Awaitable[T]]) -> T:
    """Do `act` in a transaction that is committed even when it refuses: what it counted and spent must stand."""
    async with pool.write() as conn:
        try:
            return await act(conn)
        except Problem as problem:
            refused = problem
    raise refused


async def send_code(
    pool: db.Pool,
    settings: Settings,
    *,
    phone: str,
    address: str,
    lang: Lang,
    purpose: CodeFor = CodeFor.SIGN_IN,
    asker: str = "",
) -> CodeSent:
    """Send a code to `phone`, as written: a number or an e-mail address. `asker` is the session it is bound to, if one.

    Problems: `people.phone_invalid`, `people.email_invalid`, `people.email_off`, `hall.rate_limited`.

    The message is delivered before this returns, if the gateway takes it within seconds, else in the background.
    """
    canonical, by = _canonical(settings, phone), asker or address
    await codes.count_request(pool, settings, phone=canonical, address=address, purpose=purpose, asker=by)
    async with pool.write() as conn:
        sent = await codes.ask_code(conn, settings, phone=canonical, lang=lang, purpose=purpose, asker=by)
    if sent.message is not None:
        await messages.deliver(pool, sms_of(settings), sent.message)
    return sent


async def enter(
    pool: db.Pool,
    settings: Settings,
    *,
    phone: str,
    code: str,
    address: str,
    kind: SessionKind,
    user_agent: str | None,
    lang: Lang | None,
    on_joined: Sequence[JoinHook],
    device: str | None = None,
) -> SignedIn:
    """Sign in with `phone` and `code`, as written; `device` is what a browser keeps to be recognised by.

    A wrong try is counted although it is refused.

    Problems, in order: `people.phone_invalid`, `people.email_invalid`, `people.email_off`, `hall.rate_limited`, then
    those of `codes.sign_in`.
    """
    canonical = _canonical(settings, phone)
    await codes.count_try(pool, settings, address=address)

    async def act(conn: db.Conn) -> SignedIn:
        return await codes.sign_in(
            conn,
            settings,
            phone=canonical,
            code=code,
            kind=kind,
            user_agent=user_agent,
            lang=lang,
            on_joined=on_joined,
            device=device,
            address=address,
        )

    return await answered(pool, act)
