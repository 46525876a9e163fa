"""Short secrets on their way through an address: what a page must remember from one step to the next, sealed for the
one who typed it, so that neither logs nor histories hold it in clear. Good for an hour.
"""

import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from openhall.base import clock

LIFE = timedelta(hours=1)
_NONCE = 12
# Longer ones are of nobody.
_MOST = 4_000


def seal(secret: str, purpose: str, owner: str, said: bytes) -> str:
    """`said` as a text for an address, which only `open_sealed` reads, with the same secret, purpose and owner."""
    until = int((clock.now() + LIFE).timestamp()).to_bytes(8, "big")
    nonce = os.urandom(_NONCE)
    box = AESGCM(_key(secret, purpose)).encrypt(nonce, until + said, owner.encode())
    return urlsafe_b64encode(nonce + box).decode().rstrip("=")


def open_sealed(secret: str, purpose: str, owner: str, sealed: str) -> bytes | None:
    """What was sealed; None for anything that is too old, of another owner, or no such text."""
    if not sealed or len(sealed) > _MOST or not sealed.isascii():
        return None
    try:
        whole = urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
        opened = AESGCM(_key(secret, purpose)).decrypt(whole[:_NONCE], whole[_NONCE:], owner.encode())
    except (InvalidTag, ValueError):
        return None
    until, said = int.from_bytes(opened[:8], "big"), opened[8:]
    return said if clock.now().timestamp() < until else None


def _key(secret: str, purpose: str) -> bytes:
    return hmac.digest(secret.encode(), f"sealing\0{purpose}".encode(), "sha256")
