"""What follows elsewhere when something happens to an account: other packages stand on people, and not the other way
round, so at the hall's start they say what is to be done in the same transaction.
"""

from collections.abc import Awaitable
from enum import Enum
from typing import ClassVar, Protocol
from uuid import UUID

from openhall.base import db


class Change(Enum):
    """What others may follow."""

    NAME_LOST = "name_lost"  # the real name has moved to another account, for it was never this one's
    PASSKEYS_SUSPENDED = "passkeys_suspended"  # a recovery switched the passkeys off until their owner confirms them


class Follower(Protocol):
    """Does what follows, in the caller's transaction."""

    def __call__(self, conn: db.Conn, *, resident: UUID) -> Awaitable[None]: ...


class _Followers:
    """Who follows what in this process, once that is known."""

    by_change: ClassVar[dict[Change, list[Follower]]] = {change: [] for change in Change}


def follow(change: Change, follower: Follower) -> None:
    """Do this from now on, whenever that happens; said twice it is said once."""
    if follower not in _Followers.by_change[change]:
        _Followers.by_change[change].append(follower)


async def happened(conn: db.Conn, change: Change, resident: UUID) -> None:
    """Let everything that follows be done."""
    for follower in _Followers.by_change[change]:
        await follower(conn, resident=resident)
