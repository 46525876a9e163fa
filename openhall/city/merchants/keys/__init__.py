"""Keys of scanners: a program of a shop charges, looks and gives back with a key that can do that and nothing else.

What always holds:
- a key is of one shop, works on the counter's addresses alone, and does what its scopes say;
- it is told once; the hall keeps its SHA-256;
- from the commit of its revocation on it opens nothing;
- it ends when who made it stops managing the shop.
"""

from openhall.city.merchants.keys.actions import (
    elsewhere,
    end_by,
    ended_with_maker,
    keys_of,
    make,
    names_at,
    revoke,
    see,
    with_hashes,
)
from openhall.city.merchants.keys.rules import MOST_KEYS, is_key, key_hash, text_of
from openhall.city.merchants.keys.types import EndedKey, Key, KeyAtWork, Scope

__all__ = [
    "MOST_KEYS", "EndedKey", "Key", "KeyAtWork", "Scope", "elsewhere", "end_by", "ended_with_maker", "is_key",
    "key_hash", "keys_of", "make", "names_at", "revoke", "see", "text_of", "with_hashes",
]  # fmt: skip
