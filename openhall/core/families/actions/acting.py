"""Acting for somebody: who may, at this very moment; and what was done, written down for both."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct, structs

from openhall.base import clock, db, ids
from openhall.base.telling import Sum
from openhall.core import ledger, messages, people
from openhall.core.families.telling import PAID
from openhall.core.families.types import Act, Acting, Arrival, Deed
from openhall.core.people import Lang, Mode, Resident, SessionKind, Theme
from openhall.core.people.types import State as ResidentState
from openhall.core.people.types import VisitRow

q = db.load("openhall.core.families")

# Above every id there is: the first page begins here.
NEWEST = UUID(int=2**128 - 1)


class _Row(VisitRow, frozen=True):
    """A visit and, where there is one, the link and for whom it is."""

    link: UUID | None
    scopes: list[str] | None
    d_id: UUID | None
    d_phone: str
    d_wallet: UUID | None
    d_name: str | None
    d_lang: Lang | None
    d_theme: Theme | None
    d_mode: Mode | None
    d_state: ResidentState | None
    d_joined_at: datetime | None
    d_named_at: datetime | None
    d_email: str | None
    d_visitor: bool | None
    looked: bool

    @property
    def acting(self) -> Acting | None:
        if self.link is None:
            return None
        assert self.d_id is not None
        assert self.d_wallet is not None
        assert self.d_joined_at is not None
        resident = Resident(
            id=self.d_id,
            phone=self.d_phone,
            wallet=self.d_wallet,
            name=self.d_name,
            lang=self.d_lang,
            theme=self.d_theme or Theme.AUTO,
            mode=self.d_mode or Mode.NORMAL,
            state=self.d_state or ResidentState.ACTIVE,
            joined_at=self.d_joined_at,
            named_at=self.d_named_at,
            email=self.d_email,
            visitor=bool(self.d_visitor),
        )
        return Acting(self.link, frozenset(self.scopes or ()), resident, self.looked)


async def acting_visit(conn: db.ReadConn, token: str, kind: SessionKind, *, subject: UUID, scope: str) -> Arrival:
    """Who comes with this token, and whether they act for `subject` now: the same one statement as for any visit.

    `scope` is what the route asks for, empty where it asks for none. Problem `people.session_invalid`.
    """
    hashed = people.token_hash(token)
    if hashed is None:
        raise people.session_invalid()
    now = clock.now()
    row = await db.maybe(
        conn,
        q.acting_visit,
        _Row,
        token_hash=hashed,
        kind=kind,
        subject=subject,
        scope=scope,
        day=ledger.business_date(now),
        now=now,
    )
    if row is None:
        raise people.session_invalid()
    return Arrival(row.visit, row.acting)


async def look(conn: db.Conn, *, actor: UUID, acting: Acting, scope: str) -> None:
    """Note that somebody's affairs were looked at on their behalf; once a day for each scope."""
    now = clock.now()
    today = ledger.business_date(now)
    await db.run(
        conn,
        q.look,
        id=ids.new(),
        link=acting.link,
        actor=actor,
        subject=acting.resident.id,
        scope=scope,
        month=today.replace(day=1),
        day=today,
        now=now,
    )


class Spending(Struct, frozen=True):
    """What a link allows and has spent this month, and today."""

    id: UUID
    holder: UUID
    dependant: UUID
    scopes: list[str]
    payment_max: int
    month_max: int
    spent: int
    day_spent: int


async def lock_links(conn: db.Conn, pairs: Collection[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], Spending]:
    """The living links of these (holder, dependant), locked until the transaction ends; who has none is left out.

    Before orders and accounts: whoever revokes a link takes no other lock.
    """
    now = clock.now()
    rows = [{"holder": holder, "dependant": dependant} for holder, dependant in set(pairs)]
    today = ledger.business_date(now)
    month = today.replace(day=1)
    found = await db.all(conn, q.lock_links, Spending, rows=db.rows(rows), month=month, day=today, now=now)
    return {(link.holder, link.dependant): link for link in found}


async def write(conn: db.Conn, deeds: Sequence[Deed]) -> None:
    """Write down what was done by links that are locked, count it, and tell those for whom it was done."""
    if not deeds:
        return
    now = clock.now()
    today = ledger.business_date(now)
    rows = [structs.asdict(deed) | {"id": ids.new()} for deed in deeds]
    await db.run(conn, q.write_acts, rows=db.rows(rows), month=today.replace(day=1), day=today, now=now)
    called = await people.vouched(conn, {deed.actor for deed in deeds})
    tellings = [
        messages.Telling(
            deed.subject,
            PAID,
            {
                "who": called[deed.actor],
                "at": now,
                "amount": Sum(deed.amount, deed.currency),
                "payee": deed.title,
                "payment": deed.about,
            },
        )
        for deed in deeds
    ]
    await messages.tell_all(conn, tellings)


async def acts_about(conn: db.ReadConn, things: Sequence[UUID]) -> dict[UUID, Act]:
    """Which of these payments were made on somebody's behalf."""
    if not things:
        return {}
    found = await db.all(conn, q.acts_about, Act, ids=db.ids(things))
    return {act.about: act for act in found if act.about is not None}


async def act_seen_by(conn: db.ReadConn, *, thing: UUID, resident: UUID) -> Act | None:
    """The act that this payment was, for who did it and for whom it was done; None for everybody else."""
    act = (await acts_about(conn, [thing])).get(thing)
    return act if act is not None and resident in (act.actor, act.subject) else None


async def acts_of(conn: db.ReadConn, *, resident: UUID, before: UUID | None = None, limit: int) -> list[Act]:
    """What this resident did for others, and others for them; newest first."""
    return await db.all(conn, q.acts_of, Act, resident=resident, before=before or NEWEST, limit=limit)
