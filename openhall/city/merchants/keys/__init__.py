"""Keys of scanners: a program of a shop charges, looks and gives back with a key that can do that and nothing else.

What always holds:
- a key is of one shop, works on the counter's addresses alone, and does what its scopes say;
- it is told once; the hall keeps its SHA-256;
- from the commit of its revocation on it opens nothing.
"""

from openhall.city.merchants.keys.actions import elsewhere, keys_of, make, revoke, see, with_hashes
from openhall.city.merchants.keys.rules import MOST_KEYS, is_key, key_hash, text_of
from openhall.city.merchants.keys.types import Key, KeyAtWork, Scope

__all__ = [
    "MOST_KEYS", "Key", "KeyAtWork", "Scope", "elsewhere", "is_key", "key_hash", "keys_of", "make", "revoke", "see",
    "text_of", "with_hashes",
]  # fmt: skip
