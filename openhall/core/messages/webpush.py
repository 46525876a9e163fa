"""Web push on paper: the encryption of RFC 8291 and the signature of RFC 8292, and nothing that calls anybody.

Libraries that do this bring HTTP clients of their own; the calls here go the way of all calls to strangers.
"""

import base64
import hmac
import os
from datetime import timedelta
from functools import cache
from urllib.parse import urlsplit

import msgspec
from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from openhall.base import clock

CURVE = ec.SECP256R1()
# The order of its base point.
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
POINT_BYTES = 65
AUTH_BYTES = 16
# Push services take 4096 bytes at least, of which the header and the tag need 103.
PAYLOAD_BYTES = 3_000
_RECORD = 4096
# RFC 8292 allows a day.
_TOKEN_LIFE = timedelta(hours=12)


def text(data: bytes) -> str:
    """base64url without padding, as browsers write keys."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def bytes_of(written: str) -> bytes:
    """What base64url says; ValueError when it is none."""
    return base64.b64decode(written + "=" * (-len(written) % 4), altchars=b"-_", validate=True)


def is_point(data: bytes) -> bool:
    """Whether these bytes are a public key of the curve: one that is not would break every message."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(CURVE, data)
    except (ValueError, InvalidKey):
        return False
    return len(data) == POINT_BYTES


@cache
def hall_key(hall_secret: str) -> ec.EllipticCurvePrivateKey:
    """The hall's own signing key (VAPID), made of its secret: the database alone signs nothing."""
    digest = hmac.digest(hall_secret.encode(), b"messages.push", "sha512")
    return ec.derive_private_key(int.from_bytes(digest) % (_ORDER - 1) + 1, CURVE)


@cache
def public_key(hall_secret: str) -> str:
    """What a browser subscribes with (applicationServerKey)."""
    return text(_point(hall_key(hall_secret)))


def _point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def authorization(hall_secret: str, endpoint: str, contact: str) -> str:
    """The header that says whose push it is (RFC 8292), for one push service."""
    parts = urlsplit(endpoint)
    expires = int((clock.now() + _TOKEN_LIFE).timestamp())
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": expires, "sub": contact}
    signed = f"{text(msgspec.json.encode({'typ': 'JWT', 'alg': 'ES256'}))}.{text(msgspec.json.encode(claims))}"
    key = hall_key(hall_secret)
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    signature = text(r.to_bytes(32) + s.to_bytes(32))
    return f"vapid t={signed}.{signature}, k={text(_point(key))}"


def encrypted(
    payload: bytes,
    p256dh: bytes,
    auth: bytes,
    *,
    own: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """The body that only this browser reads (RFC 8291, aes128gcm in one record). `own` and `salt` are fresh each time,
    unless a test gives those of the standard's example."""
    own = own or ec.generate_private_key(CURVE)
    salt = salt or os.urandom(16)
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, p256dh)
    shared = own.exchange(ec.ECDH(), theirs)
    context = b"WebPush: info\0" + p256dh + _point(own)
    material = HKDF(hashes.SHA256(), 32, auth, context).derive(shared)
    key = HKDF(hashes.SHA256(), 16, salt, b"Content-Encoding: aes128gcm\0").derive(material)
    nonce = HKDF(hashes.SHA256(), 12, salt, b"Content-Encoding: nonce\0").derive(material)
    header = salt + _RECORD.to_bytes(4) + bytes([POINT_BYTES]) + _point(own)
    return header + AESGCM(key).encrypt(nonce, payload + b"\x02", None)
