"""Pure rules of keys: their text, and what is kept of it."""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from openhall.city.merchants import problems
from openhall.city.merchants.keys.types import Scope
from openhall.city.merchants.rules import clean_name

# Beginnings tell a key from a session's token, and tools that look for forgotten secrets what they have found.
PREFIX = "ohk_"
_KEY = re.compile(PREFIX + "[A-Za-z0-9_-]{43}")
HINT_LENGTH = 8
# As many scanners as a large shop has, each with its own, and room to exchange them.
MOST_KEYS = 50
# So long the list tells of keys that ended because who had made them left.
ENDED_SHOWN = timedelta(days=30)
# Knowing to within five minutes when a key was last used is enough, and spares a write on every charge.
SEEN_EVERY = timedelta(minutes=5)


def text_of(hall_secret: str, key: UUID) -> str:
    """The key itself, 256 bits: nobody makes it from the database alone. So a lost answer can be given again."""
    made = hmac.digest(hall_secret.encode(), b"merchants.key\0" + key.bytes, "sha256")
    return PREFIX + base64.urlsafe_b64encode(made).decode().rstrip("=")


def is_key(token: str) -> bool:
    """Whether a bearer's token means to be a key."""
    return token.startswith(PREFIX)


def key_hash(token: str) -> bytes | None:
    """What a key is kept as; None for what cannot be one."""
    return hashlib.sha256(token.encode()).digest() if _KEY.fullmatch(token) else None


def checked(name: str, scopes: Iterable[Scope]) -> tuple[str, list[Scope]]:
    """A wish for a key, as it is kept: problems `merchants.key_name_invalid`, `merchants.scopes_missing`."""
    clean = clean_name(name)
    if clean is None:
        raise problems.key_name_invalid()
    wanted = set(scopes)
    if not wanted:
        raise problems.scopes_missing()
    return clean, [scope for scope in Scope if scope in wanted]


def is_unseen(used_at: datetime | None, now: datetime) -> bool:
    """Whether it is time to note that the key was used."""
    return used_at is None or used_at < now - SEEN_EVERY
