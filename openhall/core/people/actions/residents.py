"""Residents: joining, and what a resident may change about themselves."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from openhall.base import clock, db, ids
from openhall.base.package import JoinHook
from openhall.core import ledger
from openhall.core.people import problems, rules
from openhall.core.people.actions.audit import record
from openhall.core.people.types import Act, Lang, Preferences, Resident, State

q = db.load("openhall.core.people")

# What somebody is called who has no address to be known by, and does not say a name.
UNNAMED = "Visitor"


async def find_or_join(
    conn: db.Conn, *, phone: str, lang: Lang | None, currency: str, on_joined: Sequence[JoinHook]
) -> tuple[Resident, bool]:
    """The resident with this canonical phone or e-mail address, and whether they joined just now; `currency` is that
    of a new wallet.

    Joining creates the resident, the wallet, and whatever `on_joined` adds for a phone, all in this transaction and
    exactly once: of racing transactions one inserts the phone, the others wait for it and find the resident.
    """
    by_email, visitor = "@" in phone, rules.is_from_abroad(phone)
    join, find = (q.join_by_email, q.resident_by_email) if by_email else (q.join_resident, q.resident_by_phone)
    # Who comes from abroad and chose no language reads English, in messages too.
    spoken = lang or (Lang.EN if visitor else None)
    who: dict[str, Any] = {"id": ids.new(), "phone": phone, "wallet": ids.new(), "lang": spoken}
    new = await db.maybe(conn, join, UUID, **who, visitor=visitor, now=clock.now())
    if new is not None:
        await ledger.open_account(conn, kind="wallet", owner=new, currency=currency, floor=0, id=who["wallet"])
        for hook in () if by_email else on_joined:
            await hook(conn, resident=new, phone=phone)
        await record(conn, new, Act.JOINED)
    return await db.one(conn, find, Resident, phone=phone), new is not None


async def join_without_phone(conn: db.Conn, *, name: str, currency: str) -> UUID:
    """A resident whom others act for, with a wallet: no phone, no sign-in. `name` is their real one."""
    resident, wallet = ids.new(), ids.new()
    await db.run(conn, q.put_without_phone, id=resident, wallet=wallet, name=name, now=clock.now())
    await ledger.open_account(conn, kind="wallet", owner=resident, currency=currency, floor=0, id=wallet)
    await record(conn, resident, Act.JOINED)
    return resident


async def resident(conn: db.ReadConn, id: UUID) -> Resident:  # noqa: A002  read as people.resident(conn, id)
    """The resident with this id; LookupError when there is none."""
    return await db.one(conn, q.resident_by_id, Resident, id=id)


class _Known(Struct, frozen=True):
    id: UUID
    phone: str
    name: str | None


async def called(conn: db.ReadConn, residents: Collection[UUID]) -> dict[UUID, str]:
    """What colleagues call these residents: their names, or their masked phones where they gave none."""
    known = await db.all(conn, q.residents_by_id, _Known, ids=db.ids(residents)) if residents else []
    return {one.id: one.name or rules.masked(one.phone) for one in known}


async def vouched(conn: db.ReadConn, residents: Collection[UUID]) -> dict[UUID, str]:
    """What the hall itself can say these residents are called, where somebody has to rely on it: their confirmed names,
    masked, or their masked numbers; never the names that they chose."""
    known = await db.all(conn, q.residents_vouched_for, _Known, ids=db.ids(residents)) if residents else []
    return {one.id: one.name or (rules.masked(one.phone) if one.phone else UNNAMED) for one in known}


def canonical(written: str) -> str:
    """The phone or e-mail address in the hall's own form. Problems: `people.phone_invalid`, `people.email_invalid`."""
    found = rules.address(written)
    if found is None:
        raise problems.email_invalid() if "@" in written else problems.phone_invalid()
    return found


async def resident_with(conn: db.ReadConn, phone: str) -> Resident | None:
    """The resident with this canonical phone or e-mail address, if somebody joined with it. Whoever closed their
    account is nobody."""
    find = q.resident_by_email if "@" in phone else q.resident_by_phone
    found = await db.maybe(conn, find, Resident, phone=phone)
    return found if found is not None and found.state is State.ACTIVE else None


async def signs_in(conn: db.ReadConn, resident: UUID) -> bool:
    """Whether they have a way in of their own: a phone, an e-mail address or a passkey. For whoever has none, others
    act."""
    return await db.one(conn, q.signs_in, bool, id=resident)


async def prefer(conn: db.Conn, *, resident: UUID, preferences: Preferences) -> None:
    """Store what is not None of the preferences."""
    chosen = preferences
    await db.run(
        conn, q.set_preferences, id=resident, lang=chosen.lang, theme=chosen.theme, mode=chosen.mode, now=clock.now()
    )


async def rename(conn: db.Conn, *, resident: UUID, name: str, hall: Collection[str] = ()) -> None:
    """Set the display name; an empty one removes it, but for who has neither phone nor e-mail address: people without
    either are known by a name. `hall`: the hall's own names, which nobody else has.

    Problems, in this order: `people.display_name_unclear`, `people.display_name_official`.
    """
    await db.run(conn, q.set_name, id=resident, name=rules.display_name(name, hall), unnamed=UNNAMED)


async def name_matched(conn: db.Conn, resident: UUID, at: datetime) -> None:
    """Note that the resident's real name was matched: from now on their sessions are of level 2 at least."""
    await db.run(conn, q.name_matched, id=resident, at=at)
    await record(conn, resident, Act.NAMED)
