"""Links and acts as the API and the pages show them."""

from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from msgspec import Struct

from openhall.base import clock
from openhall.core import ledger
from openhall.core.families.types import LIVING, Act, Caps, Channel, Kind, Link, State, Why


class LinkBody(Struct, frozen=True):
    """A link, as one of its two sides sees it. `role` is what you are in it.

    A proposal that was declined reads `proposed` to its holder until its time is over, as one that nobody answers.
    `dependant` is there once it is approved; before that its holder knows the number they typed, and nothing of whose
    it is. `may_revoke`: links by law end by themselves. `needs_address`: whom you act for has no phone, and
    letters to them have no address.
    """

    id: UUID
    role: Literal["holder", "dependant"]
    kind: Kind
    state: State
    suspended_for: Why | None
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
    needs_address: bool

    @property
    def last_day(self) -> date | None:
        """The last day on which it holds, in the city."""
        return None if self.ends_at is None else ledger.local(self.ends_at - timedelta(seconds=1)).date()

    @staticmethod
    def of(link: Link, reader: UUID, holder: str | None = None) -> "LinkBody":
        """As `reader` sees it; `holder` is the name in full of who acts, where it is to be shown."""
        is_holder = link.holder == reader
        state, ended_at = link.state_at(clock.now()), link.ended_at
        if link.declined_at is not None and not is_holder:
            # Their own no. To its holder it reads like a proposal that nobody answers.
            state, ended_at = State.REVOKED, link.declined_at
        open_ = state in (State.PROPOSED, State.ACTIVE, State.SUSPENDED)
        to_confirm = link.suspended_for is Why.RECOVERY
        by_law = link.kind in (Kind.PARENT, Kind.GUARDIAN)
        return LinkBody(
            id=link.id,
            role="holder" if is_holder else "dependant",
            kind=link.kind,
            state=state,
            suspended_for=link.suspended_for if state is State.SUSPENDED else None,
            holder=link.holder,
            holder_called=holder or link.holder_called,
            dependant=None if is_holder and link.starts_at is None and link.seen_by is None else link.dependant,
            dependant_called=link.dependant_called,
            scopes=link.scopes,
            limits=link.caps,
            proposed_at=link.proposed_at,
            starts_at=link.starts_at,
            ends_at=link.ends_at,
            ended_at=ended_at,
            approved_by=link.channel,
            may_approve=not is_holder
            and ((state is State.PROPOSED and link.seen_by is None) or (state is State.SUSPENDED and to_confirm)),
            needs_address=is_holder and state in LIVING and link.is_unreachable,
            may_revoke=open_ and (is_holder or not by_law),
        )


class LinksBody(Struct, frozen=True):
    """Your links of both sides: those that live first, and then what waits and what is over, newest first.
    `next_cursor` asks for older ones of the latter; null: these were the last."""

    links: list[LinkBody]
    next_cursor: UUID | None


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
