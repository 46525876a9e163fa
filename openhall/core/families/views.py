"""Links and acts as the API and the pages show them."""

from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from msgspec import Struct

from openhall.base import clock
from openhall.core import ledger
from openhall.core.families.types import Act, Caps, Channel, Kind, Link, State


class LinkBody(Struct, frozen=True):
    """A link, as one of its two sides sees it. `role` is what you are in it.

    `dependant` is there once it is approved; before that its holder knows the number they typed, and nothing of whose
    it is. `may_revoke`: links by law end by themselves.
    """

    id: UUID
    role: Literal["holder", "dependant"]
    kind: Kind
    state: State
    holder: UUID
    holder_called: str
    dependant: UUID | None
    dependant_called: str
    scopes: list[str]
    limits: Caps
    proposed_at: datetime
    starts_at: datetime | None
    ends_at: datetime | None
    ended_at: datetime | None
    approved_by: Channel | None
    may_approve: bool
    may_revoke: bool

    @property
    def last_day(self) -> date | None:
        """The last day on which it holds, in the city."""
        return None if self.ends_at is None else ledger.local(self.ends_at - timedelta(seconds=1)).date()

    @staticmethod
    def of(link: Link, reader: UUID, holder: str | None = None) -> "LinkBody":
        """As `reader` sees it; `holder` is the name in full of who acts, where it is to be shown."""
        now = clock.now()
        state, is_holder = link.state_at(now), link.holder == reader
        open_ = state in (State.PROPOSED, State.ACTIVE, State.SUSPENDED)
        by_law = link.kind in (Kind.PARENT, Kind.GUARDIAN)
        return LinkBody(
            id=link.id,
            role="holder" if is_holder else "dependant",
            kind=link.kind,
            state=state,
            holder=link.holder,
            holder_called=holder or link.holder_called,
            dependant=None if is_holder and link.starts_at is None and link.seen_by is None else link.dependant,
            dependant_called=link.dependant_called,
            scopes=link.scopes,
            limits=link.caps,
            proposed_at=link.proposed_at,
            starts_at=link.starts_at,
            ends_at=link.ends_at,
            ended_at=link.ended_at,
            approved_by=link.channel,
            may_approve=state is State.PROPOSED and not is_holder and link.seen_by is None,
            may_revoke=open_ and (is_holder or not by_law),
        )


class LinksBody(Struct, frozen=True):
    """Your links of both sides, newest first, also what waits and what is over; sixty at most."""

    links: list[LinkBody]


class ActBody(Struct, frozen=True):
    """Something done on somebody's behalf. Without `about` somebody looked, on that day.

    `about` is the payment, `title` who was paid, `amount` in minor units of `currency` what left the wallet.
    """

    id: UUID
    link: UUID
    actor: UUID
    actor_called: str
    subject: UUID
    subject_called: str
    scope: str
    about: UUID | None
    title: str | None
    amount: int | None
    currency: str | None
    at: datetime

    @staticmethod
    def of(act: Act) -> "ActBody":
        return ActBody(
            id=act.id,
            link=act.link,
            actor=act.actor,
            actor_called=act.actor_called,
            subject=act.subject,
            subject_called=act.subject_called,
            scope=act.scope,
            about=act.about,
            title=act.title,
            amount=act.amount,
            currency=act.currency,
            at=act.at,
        )


class ActsBody(Struct, frozen=True):
    """Acts, newest first. `next_cursor` asks for the older ones; null: these were the last."""

    acts: list[ActBody]
    next_cursor: UUID | None
