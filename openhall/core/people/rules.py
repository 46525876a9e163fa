"""The pure rules of people: phone numbers, one-time codes, tokens, device labels, safe redirects."""

import hashlib
import hmac
import ipaddress
import re
import secrets
import unicodedata
from collections.abc import Collection
from uuid import UUID

from openhall.base import impostors, visible
from openhall.core.people import problems

CODE_DIGITS = 6
TOKEN_BYTES = 32
DEVICE_MAX = 60
NAME_MAX = 40

_MAINLAND_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
# People write numbers with blanks, dashes of every width, dots, brackets, and copy invisible marks along with them.
_ORNAMENTS = re.compile(r"[\s().\-\u2010-\u2015\u2212\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad]+")
# The plain addresses that every mail program writes. Others are refused, not guessed: two that look the same are two.
_EMAIL = re.compile(r"[a-z0-9._%+-]{1,64}@(?:[a-z0-9-]{1,63}\.)+[a-z]{2,63}")
_CODE_IN_TEXT = re.compile(rf"(?<![0-9])[0-9]{{{CODE_DIGITS}}}(?![0-9])")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def phone(written: str) -> str | None:
    """The E.164 form of a phone number as a person writes it, or None when it is not one.

    A bare number is a Chinese mobile; any other country must be written with `+` or `00`. Mainland numbers that
    are not mobiles are refused: they cannot receive a text message.
    """
    if len(written) > 64:
        return None
    bare = _ORNAMENTS.sub("", unicodedata.normalize("NFKC", written))
    if bare.startswith("00"):
        bare = "+" + bare[2:]
    if _MAINLAND_MOBILE.fullmatch(bare):
        return "+86" + bare
    if bare.startswith("86") and _MAINLAND_MOBILE.fullmatch(bare[2:]):
        return "+" + bare
    if bare.startswith("+86"):
        return bare if _MAINLAND_MOBILE.fullmatch(bare[3:]) else None
    return bare if _E164.fullmatch(bare) else None


def email(written: str) -> str | None:
    """An e-mail address as the hall keeps it, in small letters, or None when it is not one."""
    # Asked before the letters are made small: the Kelvin sign would become an honest k.
    tidy = written.strip()
    return tidy.lower() if len(tidy) <= 254 and tidy.isascii() and _EMAIL.fullmatch(tidy.lower()) else None


def address(written: str) -> str | None:
    """Where a code can be sent: a phone number or an e-mail address in the hall's own form, or None."""
    return email(written) if "@" in written else phone(written)


def is_from_abroad(address: str) -> bool:
    """Whether somebody who joins with it is a visitor: any e-mail address, or a number of another country."""
    return not address.startswith("+86")


def masked(phone: str) -> str:
    """A phone number fit to be shown: `138****8000`, abroad `+44****0123`; an e-mail address: `a***@example.org`."""
    if "@" in phone:
        return f"{phone[0]}***{phone[phone.index('@') :]}"
    if phone.startswith("+86"):
        return f"{phone[3:6]}****{phone[-4:]}"
    tail = 4 if len(phone) > 10 else 2
    return f"{phone[:3]}****{phone[-tail:]}"


def spaced(phone: str) -> str:
    """A phone number as its own holder reads it: `138 0013 8000`, abroad in full."""
    return f"{phone[3:6]} {phone[6:10]} {phone[10:]}" if phone.startswith("+86") else phone


def new_code() -> str:
    """Six digits nobody can predict."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def code(written: str) -> str | None:
    """The six digits of a one-time code that a person typed, or None."""
    return digits(written, CODE_DIGITS)


def digits(written: str, length: int) -> str | None:
    """So many digits as a person typed them, whatever the width of the digits and the blanks between, or None."""
    if len(written) > 64:
        return None
    bare = _ORNAMENTS.sub("", unicodedata.normalize("NFKC", written))
    return bare if re.fullmatch(rf"[0-9]{{{length}}}", bare) else None


def code_in(text: str) -> str | None:
    """The code a text message carries, if it carries one."""
    found = _CODE_IN_TEXT.search(text)
    return found.group() if found else None


def code_hash(secret: str, phone: str, code: str) -> bytes:
    """What is stored of a code: without the hall's secret, the million candidates cannot be tried against it."""
    return hmac.digest(secret.encode(), f"people.code\0{phone}\0{code}".encode(), "sha256")


def limit_key(secret: str, phone: str) -> str:
    """The name under which a phone or mailbox is counted by the rate limits: not the number itself.

    What stands behind a plus sign does not count: ann+1@ and ann+2@ fill one and the same mailbox.
    """
    name, at, host = phone.partition("@")
    counted = f"{name.partition('+')[0] or name}@{host}" if at else phone
    return hmac.digest(secret.encode(), f"people.limit\0{counted}".encode(), "sha256").hex()[:32]


def address_key(address: str) -> str:
    """The name under which an address is counted: of IPv6 its network, for one person has 2**64 addresses there."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False))


def same(left: bytes, right: bytes) -> bool:
    """Compare without telling by the time taken how much was right."""
    return hmac.compare_digest(left, right)


def new_token() -> str:
    """An opaque session token: 32 random bytes, base64url."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> bytes | None:
    """The SHA-256 a token is stored as, or None for what cannot be one of our tokens."""
    return hashlib.sha256(token.encode()).digest() if _TOKEN.fullmatch(token) else None


def device_key(device: str, resident: UUID) -> bytes:
    """What is stored of the token by which a browser is recognised: residents share none, though a browser may."""
    return hashlib.sha256(f"people.device\0{resident}\0{device}".encode()).digest()


# Order matters: nearly every browser also calls itself Chrome and Safari, so the particular names come first.
_BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("AlipayClient", "Alipay"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("HuaweiBrowser", "Huawei Browser"),
    ("MiuiBrowser", "Mi Browser"),
    ("UCBrowser", "UC Browser"),
    ("QQBrowser", "QQ Browser"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chromium", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
    ("python", "Python"),
)
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


def device(user_agent: str | None) -> str:
    """A short label a resident recognises ("Chrome on Android"), empty when the program said nothing of use."""
    said = user_agent or ""
    browser = next((name for mark, name in _BROWSERS if mark in said), "")
    system = next((name for mark, name in _SYSTEMS if mark in said), "")
    return " on ".join(part for part in (browser, system) if part)


def label(written: str) -> str | None:
    """What residents call a thing of their own, such as a passkey: one line without what hides, None when empty."""
    return visible.line(written)[:NAME_MAX].rstrip() or None


def display_name(written: str, hall: Collection[str] = ()) -> str | None:
    """What somebody wants to be called, or None for an empty name. `hall`: what the hall itself is called.

    Problems, in this order: `people.display_name_unclear`, `people.display_name_official`.
    """
    if not written.strip():
        return None
    # A tab or a new line between two words is a blank, however it came there.
    clean = visible.name(" ".join(written.split()), NAME_MAX)
    if clean is None:
        raise problems.display_name_unclear()
    if impostors.is_impostor(clean, hall):
        raise problems.display_name_official()
    return clean
