"""The hall's own shop code: what we print, and how we know it again.

Payload (EMVCo merchant-presented, static):

    00 "01" · 01 "11" · 26 {00 "org.openhall", 01 hall id, 02 code id} · 52 category (MCC) · 53 "156" · 58 "CN" · 59
    name · 60 city · 62 {07 terminal}, optional · 64 {00 "ZH", 01 name, 02 city}, when the name or the city is not
    ASCII · 63 checksum

The code id is random and belongs to one printing: it says nothing about the shop, cannot be guessed, and can be
revoked without touching the shop. 59 and 60 must be readable by scanners that know ASCII only; a Chinese name
therefore stands in template 64, which exists for it, and 59 carries "SHOP" with the short code, which a clerk can
look up. Nothing in the payload but the two ids is ever believed: names shown to a payer come from the hall's
registry.
"""

import secrets
import unicodedata
from collections.abc import Callable
from typing import TypeGuard

from msgspec import Struct

from openhall.core.payments.codes import mpm, short, tlv

GUID = "org.openhall"
TEMPLATE = "26"
_CURRENCY, _COUNTRY = "156", "CN"
_NAME_LENGTH, _CITY_LENGTH = 25, 15
# No vowels, so no words; nothing that looks like a digit. 28 ** 17 is about 81 bits.
_ALPHABET = "23456789BCDFGHJKMNPQRSTVWXYZ"
_ID_LENGTH = 17


class ShopCode(Struct, frozen=True):
    """What identifies a printed code: the hall that registered it, and the id of that printing."""

    hall: str
    code: str


def new_id(below: Callable[[int], int] = secrets.randbelow) -> str:
    """A random code id; `below(n)` returns a random integer of 0..n-1."""
    return "".join(_ALPHABET[below(len(_ALPHABET))] for _ in range(_ID_LENGTH))


def generate(
    *,
    hall: str,
    code: str,
    short_code: str,
    category: str,
    name: str,
    city: str,
    plain_city: str,
    terminal: str | None = None,
) -> str:
    """The payload of a shop's static code.

    `category` is the MCC (4 digits); `plain_city` is an ASCII name, used where `city` is not ASCII. A name or city of
    any length is shortened to fit. ValueError for what the format does not allow.
    """
    place = Place(short_code=short_code, category=category, name=name, city=city, plain_city=plain_city)
    account = tlv.field("00", GUID) + tlv.field("01", hall) + tlv.field("02", code)
    extra = "" if terminal is None else tlv.field("07", terminal)
    return payload(kind="11", account=account, place=place, extra=extra)


class Place(Struct, frozen=True, kw_only=True):
    """What a payload says of a shop. `category` is the MCC; `plain_city` stands in where `city` is not ASCII."""

    short_code: str
    category: str
    name: str
    city: str
    plain_city: str


def payload(*, kind: str, account: str, place: Place, amount: str | None = None, extra: str = "") -> str:
    """The payload of a code at a place: static ("11") or of one order ("12"); `account` and `extra` are the contents of
    templates 26 and 62. ValueError for what the format does not allow.
    """
    if len(place.category) != 4 or not (place.category.isascii() and place.category.isdigit()):
        raise ValueError(f"a merchant category code is four digits, not {place.category!r}")
    ascii_name, ascii_city = _is_plain(place.name), _is_plain(place.city)
    parts = [
        ("00", "01"),
        ("01", kind),
        (TEMPLATE, account),
        ("52", place.category),
        ("53", _CURRENCY),
        ("54", amount),
        ("58", _COUNTRY),
        ("59", shorten(place.name, _NAME_LENGTH) if ascii_name else f"SHOP {short.show(place.short_code)}"),
        ("60", shorten(place.city, _CITY_LENGTH) if ascii_city else place.plain_city[:_CITY_LENGTH]),
        ("62", extra),
    ]
    if not (ascii_name and ascii_city):
        local = tlv.field("01", shorten(place.name, _NAME_LENGTH)) + tlv.field("02", shorten(place.city, _CITY_LENGTH))
        parts.append(("64", tlv.field("00", "ZH") + local))
    return mpm.seal("".join(tlv.field(tag, value) for tag, value in parts if value))


def recognise(code: mpm.Mpm) -> ShopCode | None:
    """The ids in a payload of some openhall, None when it is another network's."""
    for tag in mpm.ACCOUNT_TEMPLATES:
        if (code.value(tag, "00") or "").lower() == GUID:
            hall, shop = code.value(tag, "01"), code.value(tag, "02")
            if is_id(hall) and is_id(shop):
                return ShopCode(hall, shop)
    return None


def is_id(text: str | None) -> TypeGuard[str]:
    """Whether it can be one of the two ids that are believed."""
    return text is not None and _is_plain(text)


def shorten(text: str, length: int) -> str:
    """At most `length` characters, never cutting between a letter and the marks that belong to it."""
    if len(text) <= length:
        return text
    cut = length - 1
    while cut > 1 and (unicodedata.combining(text[cut]) or "\u200d" in text[cut - 1 : cut + 1]):
        cut -= 1
    ellipsis = "." if _is_plain(text) else "…"
    return text[:cut].rstrip() + ellipsis


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable()
