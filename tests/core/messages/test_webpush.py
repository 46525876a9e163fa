"""The encryption is that of RFC 8291, bit by bit; the signature that of RFC 8292."""

import base64

import msgspec
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from openhall.core.messages import webpush
from tests.core.messages.stage import BrowserKeys

SECRET = "a secret for tests only, 32 characters and more"
# RFC 8291, appendix A.
PLAIN = b"When I grow up, I want to be a watermelon"
OWN = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
THEIRS = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH, SALT = "BTBZMqHH6r4Tts7J_aSIgg", "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7"
    "A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_the_example_of_the_standard_comes_out_bit_by_bit() -> None:
    own = ec.derive_private_key(int.from_bytes(webpush.bytes_of(OWN)), webpush.CURVE)
    made = webpush.encrypted(
        PLAIN, webpush.bytes_of(THEIRS), webpush.bytes_of(AUTH), own=own, salt=webpush.bytes_of(SALT)
    )
    assert webpush.text(made) == BODY


def test_every_encryption_differs_and_is_read_by_its_browser() -> None:
    browser = BrowserKeys()
    payload = msgspec.json.encode({"title": "茶" * 900})
    first, second = (webpush.encrypted(payload, browser.point, browser.auth) for _ in range(2))
    assert first != second
    assert len(first) <= 4096
    assert browser.open(first) == browser.open(second) == {"title": "茶" * 900}


def test_the_signature_says_who_calls_whom_and_until_when() -> None:
    header = webpush.authorization(SECRET, "https://push.example:8443/a/b?c", "https://hall.example")
    token, _, key = header.removeprefix("vapid t=").partition(", k=")
    signed, _, signature = token.rpartition(".")
    head, claims = (msgspec.json.decode(webpush.bytes_of(part)) for part in signed.split("."))
    assert head == {"typ": "JWT", "alg": "ES256"}
    assert (claims["aud"], claims["sub"]) == ("https://push.example:8443", "https://hall.example")
    public = ec.EllipticCurvePublicKey.from_encoded_point(webpush.CURVE, webpush.bytes_of(key))
    raw = webpush.bytes_of(signature)
    der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    public.verify(der, signed.encode(), ec.ECDSA(hashes.SHA256()))
    with pytest.raises(InvalidSignature):
        public.verify(der, signed.encode() + b"x", ec.ECDSA(hashes.SHA256()))


def test_another_hall_has_another_key_and_the_same_hall_the_same() -> None:
    assert webpush.public_key(SECRET) == webpush.public_key(SECRET)
    assert webpush.public_key(SECRET) != webpush.public_key(SECRET + "!")
    assert len(base64.urlsafe_b64decode(webpush.public_key(SECRET) + "=")) == webpush.POINT_BYTES


@pytest.mark.parametrize("bad", [b"", b"\x04" + b"\x01" * 64, b"\x02" + b"\x01" * 32, b"\x00"])
def test_what_is_no_point_of_the_curve_is_no_key(bad: bytes) -> None:
    assert not webpush.is_point(bad)
    assert webpush.is_point(webpush.bytes_of(THEIRS))
