"""Joining by a passkey and nothing else: for visitors with neither a telephone number nor an e-mail address to give.

The account's id is made of the question that the device answers, because the device keeps that id beside the key, and
an account is made only when the answer has come.
"""

import hashlib
from uuid import UUID

from openhall.base import clock, db, ids, limits
from openhall.base.config import Settings
from openhall.core import ledger
from openhall.core.people import problems, rules
from openhall.core.people.actions import codes, entrance, residents, sessions
from openhall.core.people.actions.audit import record
from openhall.core.people.passkeys import ceremonies, verify
from openhall.core.people.passkeys.types import Purpose, Registration
from openhall.core.people.types import Act, Lang, SessionKind, SignedIn, Way

q = db.load("openhall.core.people.passkeys")


def account_of(challenge: bytes) -> UUID:
    """The id of the account that the answer to this question opens."""
    return UUID(bytes=hashlib.sha256(b"people.join\0" + challenge).digest()[:16], version=4)


async def ask_to_join(pool: db.Pool, settings: Settings, *, address: str) -> bytes:
    """What a browser needs to make the passkey of a new account, as JSON. Problem `hall.rate_limited`."""
    await codes.count_try(pool, settings, address=address)
    async with pool.write() as conn:
        challenge = await ceremonies.ask(conn, Purpose.JOIN, None)
    # Two accounts on one device are told apart by these letters, until their owners name them.
    shown = f"{residents.UNNAMED} {challenge.hex()[:4].upper()}"
    holder = verify.Holder(account_of(challenge), shown, shown)
    return verify.registration_options(settings, holder, challenge, (), settings.hall_name)


async def join(
    pool: db.Pool,
    settings: Settings,
    *,
    answer: Registration,
    name: str,
    lang: Lang | None,
    address: str,
    kind: SessionKind,
    user_agent: str | None,
    device: str | None,
) -> SignedIn:
    """Open an account whose only way in is the passkey that was just made, and sign in.

    One address opens only so many accounts in ten minutes (`joins_per_address`). Problems, in order:
    `people.passkey_malformed`, `people.display_name_unclear`, `people.display_name_official`, `hall.rate_limited`,
    `people.challenge_unknown`, `people.passkey_origin_wrong`, `people.passkey_hall_wrong`,
    `people.passkey_unverified`, `people.passkey_known`.
    """
    challenge = verify.challenge_of(answer)
    called = rules.display_name(name, (settings.hall_name, settings.hall_name_zh)) or residents.UNNAMED
    by_address = limits.Limit("people.join.address", settings.joins_per_address, codes.SHORT, remembered=True)
    await limits.take(pool, by_address, rules.address_key(address))

    async def act(conn: db.Conn) -> SignedIn:
        await ceremonies.take(conn, challenge, Purpose.JOIN, None)
        made = verify.made(settings, answer)
        if await db.one(conn, q.is_known, bool, credential=made.credential):
            raise problems.passkey_known()
        resident = account_of(challenge)
        await _open(conn, settings, resident, called, lang or Lang.EN)
        passkey = await ceremonies.keep(conn, resident, made, rules.label(rules.device(user_agent)) or "Passkey")
        await record(conn, resident, Act.PASSKEY_ADDED, about=passkey.id)
        token, session = await sessions.begin(
            conn,
            settings,
            resident=resident,
            kind=kind,
            user_agent=user_agent,
            way=Way.PASSKEY,
            device=device,
            passkey=passkey.id,
        )
        return SignedIn(token, session, await residents.resident(conn, resident), joined=True)

    return await entrance.answered(pool, act)


async def _open(conn: db.Conn, settings: Settings, resident: UUID, name: str, lang: Lang) -> None:
    wallet = ids.new()
    await db.run(conn, q.join_by_passkey, id=resident, wallet=wallet, name=name, lang=lang, now=clock.now())
    await ledger.open_account(conn, kind="wallet", owner=resident, currency=settings.currency, floor=0, id=wallet)
    await record(conn, resident, Act.JOINED)
