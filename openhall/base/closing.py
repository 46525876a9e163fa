"""What packages have to do with the closing of an account: what stands in its way, what ends with it, and what is
erased once the law no longer asks for it.

A package declares it in its descriptor, as statements where that is enough: openhall.core.closing runs them, and each
writes what is its package's own.
"""

from collections.abc import Awaitable, Sequence
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from openhall.base.db import Conn, Query


class Obstacle(Struct, frozen=True, kw_only=True):
    """One kind of thing that has to be done before an account can close. `title` and `remedy` are msgids, with a place
    for {count} and {amount}; `href` is where to do something about it.

    `query` takes a `resident` and answers with one row: `count`, 0 when nothing is in the way, and `amount` in minor
    units, null where it is not about money.
    """

    code: str  # "payouts.under_way": stable, part of the contract
    title: str
    remedy: str
    href: str
    query: Query


class EndHook(Protocol):
    """Ends something of a resident whose account closes, where others have to be told. Safe to repeat."""

    def __call__(self, conn: Conn, *, resident: UUID) -> Awaitable[None]: ...


class Closing(Struct, frozen=True, kw_only=True):
    """A package's part in closing an account.

    `ends`: statements that may take `resident` and `now`, run when it closes and once more when its number becomes
    free: nothing of the account works any more. `on_closing` is the same where a statement is not enough.
    `erases`: statements that may take `resident` and `phone` (empty where there was none), run when name and number are
    erased.
    """

    obstacles: Sequence[Obstacle] = ()
    ends: Sequence[Query] = ()
    on_closing: Sequence[EndHook] = ()
    erases: Sequence[Query] = ()
