"""Secrets at rest: a ring of keys that seal a text for one owner, and mark it so that equal texts can be found.

The first key of the ring writes; all of them read. Each key gives two others (HKDF), so that what finds a text can
never open it. The ring stands in the settings, outside the database.
"""

import hmac
import os
from base64 import b64decode
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from msgspec import Struct

KEY_BYTES = 32
NONCE_BYTES = 12


class UnreadableError(ValueError):
    """The text was sealed with a key that is not on the ring, for another owner, or it was changed since."""


class Sealed(Struct, frozen=True):
    """An encrypted text: the name of its key; nonce, ciphertext and tag."""

    key: str
    box: bytes


class Mark(Struct, frozen=True):
    """What equal texts have in common under one key, and what tells nothing about them without it."""

    key: str
    mark: bytes


class _Key(Struct, frozen=True):
    name: str
    sealing: bytes
    marking: bytes


class KeyRing:
    """The keys, the writing one first."""

    def __init__(self, keys: list[_Key]) -> None:
        self._keys = keys

    @property
    def names(self) -> list[str]:
        """The names of the keys, the writing one first."""
        return [key.name for key in self._keys]

    def seal(self, text: bytes, owner: bytes) -> Sealed:
        """Encrypt `text` so that it can be read as `owner`'s alone: moved to another row it does not open."""
        key, nonce = self._keys[0], os.urandom(NONCE_BYTES)
        return Sealed(key.name, nonce + AESGCM(key.sealing).encrypt(nonce, text, _about(key.name, owner)))

    def open(self, sealed: Sealed, owner: bytes) -> bytes:
        """The text that was sealed for `owner`; UnreadableError when there is no way to it."""
        nonce, box = sealed.box[:NONCE_BYTES], sealed.box[NONCE_BYTES:]
        for key in self._keys:
            if key.name == sealed.key:
                try:
                    return AESGCM(key.sealing).decrypt(nonce, box, _about(key.name, owner))
                except (InvalidTag, ValueError):  # a nonce that is too short is a ValueError
                    break
        raise UnreadableError(f"what was sealed with the key {sealed.key!r} cannot be read")

    def marks(self, text: bytes) -> list[Mark]:
        """The marks of a text under each key, in the order of the keys' names, so that all lock them in one order."""
        keys = sorted(self._keys, key=lambda key: key.name)
        return [Mark(key.name, hmac.digest(key.marking, text, "sha256")) for key in keys]


@cache
def ring(written: str) -> KeyRing | None:
    """The ring of the setting identity_keys, whose form the settings have checked; None when it is empty."""
    keys = []
    for part in written.split(",") if written else ():
        name, _, encoded = part.partition(":")
        root = b64decode(encoded)
        keys.append(_Key(name, _derived(root, b"seal"), _derived(root, b"mark")))
    return KeyRing(keys) if keys else None


def _derived(root: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=b"openhall/" + purpose).derive(root)


def _about(name: str, owner: bytes) -> bytes:
    return name.encode() + b"\0" + owner
