"""Merchant-presented payment codes (EMVCo MPM 1.1): a lenient reader and the checksum frame of the strict writer.

Lenient means that what other networks really print is read with a warning; what cannot be trusted is refused with the
exact reason. The raw values and their order are kept, so `Mpm.encode()` returns the very text that was read.
"""

import re
from enum import Enum

from msgspec import Struct

from openhall.core.payments.codes import tlv
from openhall.core.payments.codes.crc import crc16
from openhall.core.payments.codes.reasons import CodeError, Reason

MAX_LENGTH = 512
_CRC_HEADER = "6304"
_FORMAT = "000201"
_AMOUNT = re.compile(r"[0-9]+(?:\.[0-9]*)?")
_AMOUNT_LENGTH = 13

# Template ids: their values are themselves lists of objects. 02-25 are primitive accounts, 65-79 are reserved and
# left alone.
_ACCOUNTS = range(26, 52)
_UNRESERVED = range(80, 100)
_TEMPLATES = frozenset(f"{n:02d}" for n in (*_ACCOUNTS, 62, 64, *_UNRESERVED))
ACCOUNT_TEMPLATES = tuple(f"{n:02d}" for n in _ACCOUNTS)

# ISO 4217 numeric codes whose minor unit is not a hundredth; every other currency is read with two places.
_EXPONENTS = {"392": 0, "410": 0, "704": 0, "152": 0, "048": 3, "368": 3, "400": 3, "414": 3, "512": 3, "788": 3}


class Warn(Enum):
    """What is unusual about a payload that was read all the same."""

    FORMAT_NOT_FIRST = "format_not_first"
    NO_ACCOUNT = "no_account"
    NO_CATEGORY = "no_category"
    NO_CURRENCY = "no_currency"
    NO_COUNTRY = "no_country"
    NO_NAME = "no_name"
    NO_CITY = "no_city"
    LONG_NAME = "long_name"
    LONG_CITY = "long_city"
    ZERO_AMOUNT = "zero_amount"
    LOWER_CASE_CHECKSUM = "lower_case_checksum"


_MANDATORY = {
    "52": Warn.NO_CATEGORY,
    "53": Warn.NO_CURRENCY,
    "58": Warn.NO_COUNTRY,
    "59": Warn.NO_NAME,
    "60": Warn.NO_CITY,
}


class Mpm(Struct, frozen=True):
    """A payload that was read. `amount` is in minor units of `currency` (ISO 4217 numeric, "" when absent)."""

    fields: tuple[tlv.Field, ...]
    templates: dict[str, tuple[tlv.Field, ...]]
    warnings: tuple[Warn, ...]
    amount: int | None

    @property
    def dynamic(self) -> bool:
        """True for the code of one order; a static code is printed once and paid many times."""
        return self.value("01") == "12"

    @property
    def currency(self) -> str:
        return self.value("53") or ""

    def value(self, tag: str, sub: str | None = None) -> str | None:
        """The raw value of an object, or of an object inside a template; None when it is absent."""
        fields = self.fields if sub is None else self.templates.get(tag, ())
        wanted = tag if sub is None else sub
        return next((field.value for field in fields if field.id == wanted), None)

    def encode(self) -> str:
        """The text that was read, character for character."""
        return tlv.join(self.fields)


def parse(text: str) -> Mpm:
    """Read a payload; CodeError with the first reason of `Reason`'s order that applies."""
    if not text:
        raise CodeError(Reason.EMPTY)
    if len(text) > MAX_LENGTH:
        raise CodeError(Reason.TOO_LONG, computed=str(len(text)), expected=str(MAX_LENGTH))
    data = _bytes(text)
    complete = _complete(text, data)
    if not complete and not text.startswith(_FORMAT):
        raise CodeError(Reason.NOT_A_CODE)
    fields = tlv.split(text, complete=complete)
    templates = {
        field.id: tlv.split(field.value, at=field.at + 4, parent=f"{field.id}.")
        for field in fields
        if field.id in _TEMPLATES
    }
    _check_crc(text, fields, data)
    found = {field.id: field for field in fields}
    if "00" not in found or found["00"].value != "01":
        raise CodeError(Reason.NOT_A_CODE)
    amount = _amount(found.get("54"), found["53"].value if "53" in found else "")
    return Mpm(fields, templates, tuple(_warnings(fields, amount)), amount)


def seal(body: str) -> str:
    """Add the checksum object to a payload's objects; ValueError when the whole is too long."""
    framed = body + _CRC_HEADER
    text = framed + crc16(framed.encode())
    if len(text) > MAX_LENGTH:
        raise ValueError(f"a payload has at most {MAX_LENGTH} characters, not {len(text)}")
    return text


def _bytes(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        # A lone surrogate: half a character, which no QR code can hold.
        raise CodeError(Reason.NOT_A_CODE) from None


def _complete(text: str, data: bytes) -> bool:
    """True when the text ends in its own right checksum, so that nothing can be missing at its end."""
    return text[-8:-4] == _CRC_HEADER and text[-4:].upper() == crc16(data[:-4])


def _check_crc(text: str, fields: tuple[tlv.Field, ...], data: bytes) -> None:
    crc = next((field for field in fields if field.id == "63"), None)
    if crc is None:
        raise CodeError(Reason.CUT_OFF, tag="63", position=len(text))
    if crc is not fields[-1]:
        raise CodeError(Reason.CRC_NOT_LAST, tag="63", position=crc.at)
    if len(crc.value) != 4:
        raise CodeError(Reason.BAD_LENGTH, tag="63", position=crc.at, computed=str(len(crc.value)), expected="4")
    computed = crc16(text[: crc.at + 4].encode())
    if crc.value.upper() != computed:
        raise CodeError(Reason.CRC_WRONG, tag="63", position=crc.at, computed=computed, expected=crc.value)


def _amount(field: tlv.Field | None, currency: str) -> int | None:
    """The amount in minor units. Zero counts as absent: such codes mean "ask the payer"."""
    if field is None:
        return None
    places = _EXPONENTS.get(currency, 2)
    whole, _, fraction = field.value.partition(".")
    if (
        len(field.value) > _AMOUNT_LENGTH
        or not _AMOUNT.fullmatch(field.value)
        or fraction[places:].strip("0")  # a part of the smallest unit cannot be paid
    ):
        raise CodeError(Reason.BAD_AMOUNT, tag="54", position=field.at)
    return int(whole + fraction[:places].ljust(places, "0")) or None


def _warnings(fields: tuple[tlv.Field, ...], amount: int | None) -> list[Warn]:
    found = {field.id: field.value for field in fields}
    warnings = [warn for tag, warn in _MANDATORY.items() if tag not in found]
    unusual = {
        Warn.FORMAT_NOT_FIRST: fields[0].id != "00",
        Warn.NO_ACCOUNT: not any("02" <= tag <= "51" for tag in found),
        Warn.LONG_NAME: len(found.get("59", "")) > 25,
        Warn.LONG_CITY: len(found.get("60", "")) > 15,
        Warn.ZERO_AMOUNT: "54" in found and amount is None,
        Warn.LOWER_CASE_CHECKSUM: found["63"] != found["63"].upper(),
    }
    return warnings + [warn for warn, applies in unusual.items() if applies]
