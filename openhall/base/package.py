"""The descriptor by which a package joins the hall. The roof knows only a list of these."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Literal, Protocol, runtime_checkable
from uuid import UUID

from msgspec import Struct, field
from procrastinate import Blueprint

from openhall.base.agreeing import Agreement
from openhall.base.closing import Closing
from openhall.base.config import Settings
from openhall.base.db import Conn, Query, ReadConn
from openhall.base.exporting import Export
from openhall.base.looking import Look
from openhall.base.telling import Sum, Template


class Tile(Struct, frozen=True, kw_only=True):
    """An entry of the home page. `title` is a msgid, `icon` a Lucide name."""

    slot: Literal["main", "services"]
    title: str
    icon: str
    href: str
    order: int = 100


class Notice(Struct, frozen=True):
    """Something that waits for a resident, as the home page tells it: `text` is a msgid with places for `data`."""

    text: str
    data: dict[str, str | Sum]
    icon: str
    href: str


class NoticeSource(Protocol):
    """What of a package waits for this resident with this phone, few and cheap to find: home asks on every visit."""

    def __call__(self, conn: ReadConn, *, resident: UUID, phone: str) -> Awaitable[Sequence[Notice]]: ...


class TokenSource(Protocol):
    """Why a bearer's token that is no session's opens nothing here, when it is one of the package's; else None.

    Asked only of requests that would be refused, and cheap for tokens of others.
    """

    def __call__(self, conn: ReadConn, *, token: str) -> Awaitable[Exception | None]: ...


class Scope(Struct, frozen=True):
    """Something one person may let another do in their place. `title` and `hint` are msgids, as whoever acts reads
    them; `told` is the hint for whom it is done, and `looked` says that somebody looked there.

    `implies`: what cannot be had without: who pays from a wallet sees what is in it. A route names the scope that it
    asks for (`edge.delegable`).
    """

    name: str  # "wallet.pay": stable, part of the contract
    title: str
    hint: str
    told: str
    looked: str
    implies: tuple[str, ...] = ()


class Check(Struct, frozen=True):
    """One invariant of `openhall check`: a query without parameters for the rows that break it, a bounded number."""

    name: str
    promise: str
    query: Query


class Owned(Struct, frozen=True):
    """A stream of facts, and the resident whose affairs it tells."""

    owner: UUID
    stream: str


class Told(Struct, frozen=True):
    """A type of fact that owners may have told to their own programs; `title` is a msgid."""

    type: str
    title: str


class StreamSource(Struct, frozen=True):
    """The streams of a package whose owners may have them told to their own programs (webhooks).

    `find` names the streams of all the residents it is asked for, in one statement; `tells` what is told on them.
    """

    find: Callable[[ReadConn, Sequence[UUID]], Awaitable[Sequence[Owned]]]
    tells: Sequence[Told]


@runtime_checkable  # Litestar checks what it injects
class JoinHook(Protocol):
    """Runs in the transaction in which a resident joins."""

    def __call__(self, conn: Conn, *, resident: UUID, phone: str) -> Awaitable[None]: ...


class City(Struct, kw_only=True):
    """The demo city while it is being loaded: what a package's `demo` finds there, and leaves for the packages above.

    Loading is safe to repeat: each `demo` makes only what is not there yet.
    """

    settings: Settings
    on_joined: Sequence[JoinHook] = ()
    residents: dict[str, UUID] = field(default_factory=dict)  # by role: "resident", "stall_owner", "operator", ...


class Package(Struct, frozen=True, kw_only=True):
    """What a package offers the hall."""

    name: str
    module: str  # the dotted name under which queries.sql, migrations/, templates/, static/ and locale/ are found
    routes: Sequence[Any] = ()  # Litestar handlers or routers
    tasks: Sequence[Blueprint] = ()
    tiles: Sequence[Tile] = ()
    payees: Sequence[Any] = ()  # openhall.core.payments.PayeeSource: who can be paid by code
    tokens: Sequence[TokenSource] = ()  # what bearers may show besides a session's token
    notices: Sequence[NoticeSource] = ()  # what waits for a resident
    desks: Sequence[Any] = ()  # openhall.core.payments.Desk: who acts for those who are paid
    groups: Sequence[Any] = ()  # openhall.core.payments.offers.GroupSource: what payees belong to, whose they are
    offers: Sequence[Any] = ()  # openhall.core.payments.offers.OfferSource: who gives something to payments
    streams: Sequence[StreamSource] = ()  # what owners may have told to their own programs
    messages: Sequence[Template] = ()  # what it tells residents (openhall.core.messages)
    agreements: Sequence[Agreement] = ()  # what it does with people's data (openhall.core.consent)
    looks: Sequence[Look] = ()  # what it shows of a person to somebody else (openhall.core.people.accesses)
    exports: Sequence[Export] = ()  # what of it goes into the copy of their data that residents take with them
    withheld: Mapping[str, str] = field(default_factory=dict)  # and which of its tables do not: why, as a msgid
    closing: Closing = (
        Closing()
    )  # what stands in the way of closing an account, and what ends with it (openhall.core.closing)
    scopes: Sequence[Scope] = ()  # what of it may be done on somebody's behalf (openhall.core.families)
    on_joined: Sequence[JoinHook] = ()
    demo: Callable[[Conn, City], Awaitable[None]] | None = None
    checks: Sequence[Check] = ()
    demo_only: bool = False
