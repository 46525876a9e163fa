"""Consumer-presented payment codes (EMVCo CPM 1.1): what a payer shows to a cashier.

The hall writes its own pay codes in this form too, and reads those of card networks to say whose code was scanned. The
payload is base64 of BER-TLV. Raw bytes and order are kept, so `Cpm.encode()` returns the very text that was read.
"""

import base64
import binascii
from collections.abc import Iterator

from msgspec import Struct

from openhall.core.payments.codes.reasons import CodeError, Reason

# Every such code starts with the object 85 05 "CPV01", in base64:
PREFIX = "hQVDUFY"
MAX_BYTES = 512
_TEMPLATES = frozenset({"61", "62"})  # 63 inside 61 and 64 inside 62 are opaque
_LONG_TAG, _MORE_TAG, _LONG_LENGTH = 0x1F, 0x80, 0x80


class Item(Struct, frozen=True):
    """One object: `tag` in hexadecimal, `head` the raw bytes of tag and length, `items` the content of a template."""

    tag: str
    head: bytes
    value: bytes
    items: tuple["Item", ...] = ()


class Cpm(Struct, frozen=True):
    """A payload that was read."""

    items: tuple[Item, ...]

    def application_ids(self) -> tuple[str, ...]:
        """The application ids (AID) offered by the payer's wallet, in its order of preference, in hexadecimal."""
        return tuple(
            inner.value.hex().upper()
            for item in self.items
            if item.tag == "61"
            for inner in item.items
            if inner.tag == "4F"
        )

    def number(self, application_id: str) -> str | None:
        """The digits (5A) of the wallet with this application id, if the payload offers one."""
        for item in self.items:
            inner = {part.tag: part.value.hex().upper() for part in item.items}
            if item.tag == "61" and inner.get("4F") == application_id and "5A" in inner:
                return inner["5A"].rstrip("F")
        return None

    def encode(self) -> str:
        """The text that was read, character for character."""
        return base64.b64encode(b"".join(item.head + item.value for item in self.items)).decode()


def of_number(application_id: str, number: str) -> str:
    """The payload of one wallet: its application id in hexadecimal, and an even number of at most 20 digits."""
    start = Item("85", bytes.fromhex("8505"), b"CPV01")
    inner = (_item("4F", bytes.fromhex(application_id)), _item("5A", bytes.fromhex(number)))
    return Cpm((start, _item("61", b"".join(part.head + part.value for part in inner)))).encode()


def _item(tag: str, value: bytes) -> Item:
    """One short object: its length fits one byte."""
    return Item(tag, bytes.fromhex(tag) + bytes([len(value)]), value)


def parse(text: str) -> Cpm:
    """Read a payload; CodeError for anything else. Positions count bytes of the decoded payload."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise CodeError(Reason.NOT_A_CODE if not text.startswith(PREFIX) else Reason.CUT_OFF) from None
    if len(data) > MAX_BYTES:
        raise CodeError(Reason.TOO_LONG, computed=str(len(data)), expected=str(MAX_BYTES))
    code = Cpm(tuple(_items(data, 0, "")))
    if not code.items or code.items[0].head + code.items[0].value != b"\x85\x05CPV01" or code.encode() != text:
        raise CodeError(Reason.NOT_A_CODE)
    return code


def _items(data: bytes, at: int, parent: str) -> Iterator[Item]:
    seen: set[str] = set()
    here = 0
    while here < len(data):
        tag, start, length = _head(data, here, at, parent)
        value = data[start : start + length]
        if len(value) < length:
            reason = Reason.BAD_LENGTH if parent else Reason.CUT_OFF
            raise CodeError(
                reason, tag=parent + tag, position=at + here, computed=str(len(value)), expected=str(length)
            )
        template = tag in _TEMPLATES and not parent
        if tag in seen and not template:  # two 61 are allowed: two wallets to choose from
            raise CodeError(Reason.DUPLICATE_ID, tag=parent + tag, position=at + here)
        seen.add(tag)
        inner = tuple(_items(value, at + start, f"{tag}.")) if template else ()
        yield Item(tag, data[here:start], value, inner)
        here = start + length


def _head(data: bytes, here: int, at: int, parent: str) -> tuple[str, int, int]:
    """The tag, where the value starts, and its length."""
    end = here + 1
    try:
        if data[here] & _LONG_TAG == _LONG_TAG:
            while data[end] & _MORE_TAG:
                end += 1
            end += 1
        tag, length = data[here:end].hex().upper(), data[end]
        end += 1
        if length & _LONG_LENGTH:
            size = length & ~_LONG_LENGTH
            length = int.from_bytes(data[end : end + size])
            end += size
    except IndexError:
        reason = Reason.BAD_LENGTH if parent else Reason.CUT_OFF
        raise CodeError(reason, tag=parent + data[here:].hex().upper(), position=at + here) from None
    return tag, end, length
