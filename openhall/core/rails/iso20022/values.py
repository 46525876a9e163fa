"""Texts, amounts, counts, dates and times as the standard writes them. Reading raises ValueError with the reason."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from openhall.base import money

# The digits of an amount or a control sum, and what a bigint holds.
_DIGITS = 18
_MOST = 2**63 - 1
# Some banks fill up with zeros in front, none with more than this.
_LONGEST = 40
_NUMBER = re.compile(r"\+?(?=\.?[0-9])0*([0-9]*)(?:\.([0-9]*))?", re.ASCII)
_COUNT = re.compile(r"[0-9]{1,18}", re.ASCII)
_ZONE = r"(?:Z|[+-][0-9]{2}:[0-9]{2})?"
_DATE = re.compile(rf"([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}){_ZONE}", re.ASCII)
_TIME = re.compile(
    rf"([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T)([0-9]{{2}})(:[0-9]{{2}}:[0-9]{{2}}(?:\.[0-9]+)?{_ZONE})", re.ASCII
)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Za-z0-9]{1,30}", re.ASCII)
_BIC = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?", re.ASCII)
_CNAPS = re.compile(r"[0-9]{12}", re.ASCII)
# The letters that every bank on the way can carry in a reference.
_REFERENCE = re.compile(r"[A-Za-z0-9/?:().,'+ -]+", re.ASCII)


def amount(text: str, currency: str) -> int:
    """Minor units of an amount without a sign: '12.5' CNY is 1250, so are '0012.50' and '12.500'."""
    whole, fraction = _number(text)
    places = money.exponent(currency)
    if len(fraction) > places:
        raise ValueError(f"{text!r} is smaller than the smallest coin of {currency}")
    minor = int((whole or "0") + fraction.ljust(places, "0"))
    if minor > _MOST:
        raise ValueError(f"{text!r} is too large")
    return minor


def control_sum(text: str) -> Decimal:
    """A sum whose currency is not said, in major units."""
    whole, fraction = _number(text)
    return Decimal(f"{whole or '0'}.{fraction or '0'}")


def _number(text: str) -> tuple[str, str]:
    """Digits before the point without leading zeros, and after it without trailing ones."""
    found = _NUMBER.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        raise ValueError(f"{text[:40]!r} is not an amount")
    whole, fraction = found[1], (found[2] or "").rstrip("0")
    if len(whole) + len(fraction) > _DIGITS:
        raise ValueError(f"more than {_DIGITS} digits")
    return whole, fraction


def count(text: str) -> int:
    """A number of transactions or of entries, or a number in a sequence."""
    if not _COUNT.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is not a count")
    return int(text)


def truth(text: str) -> bool:
    """true, false, 1 or 0."""
    if text not in ("true", "false", "1", "0"):
        raise ValueError(f"{text[:40]!r} is neither true nor false")
    return text in ("true", "1")


def day(text: str) -> date:
    """A date; an offset after it is not converted, it is the bank's own day."""
    found = _DATE.fullmatch(text)
    if found is None:
        raise ValueError(f"{text[:40]!r} is not a date")
    return date.fromisoformat(found[1])


def moment(text: str) -> datetime:
    """A date and time, with an offset or without. 24:00:00 is the first moment of the next day."""
    found = _TIME.fullmatch(text)
    if found is None:
        raise ValueError(f"{text[:40]!r} is not a date and time")
    if found[2] != "24":
        return datetime.fromisoformat(text)
    midnight = datetime.fromisoformat(f"{found[1]}00{found[3]}")
    if (midnight.minute, midnight.second, midnight.microsecond) != (0, 0, 0):
        raise ValueError(f"{text[:40]!r} is later than the end of its day")
    try:
        return midnight + timedelta(days=1)
    except OverflowError as late:
        raise ValueError(f"{text!r} is not a date and time") from late


def currency(text: str) -> str:
    """Three capital letters."""
    return _matching(_CURRENCY, text, "a currency")


def iban(text: str) -> str:
    """The form of an IBAN; whether its check digits are right is asked only of those we write."""
    return _matching(_IBAN, text, "an IBAN")


def bic(text: str) -> str:
    """The form of a BIC."""
    return _matching(_BIC, text, "a BIC")


def cnaps(text: str) -> str:
    """The twelve digits of a bank in China's clearing system."""
    return _matching(_CNAPS, text, "a CNAPS code")


def _matching(pattern: re.Pattern[str], text: str, what: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is not {what}")
    return text


def has_right_check_digits(number: str) -> bool:
    """Whether an IBAN passes ISO 7064 modulo 97."""
    moved = number[4:] + number[:4]
    return int("".join(str(int(letter, 36)) for letter in moved)) % 97 == 1


def printable(text: str, most: int) -> str:
    """A text for people, to be written as it is: Chinese and all other letters, no line breaks or controls."""
    if text != text.strip() or not text:
        raise ValueError("it is empty, or begins or ends with a space")
    if len(text) > most:
        raise ValueError(f"it has {len(text)} characters, {most} are allowed")
    for letter in text:
        if not letter.isprintable():
            raise ValueError(f"the character U+{ord(letter):04X} is not allowed")
    return text


def reference(text: str, most: int = 35) -> str:
    """An id to be written: the standard's plain letters, and no slash at its ends nor two in a row."""
    printable(text, most)
    if not _REFERENCE.fullmatch(text):
        raise ValueError("it may have only a-z, A-Z, 0-9, spaces and / - ? : ( ) . , ' +")
    if text.startswith("/") or text.endswith("/") or "//" in text:
        raise ValueError("it may not begin or end with a slash, nor have two in a row")
    return text


def written_moment(moment: datetime) -> str:
    """In UTC, so that the same instant is always the same text; a time without an offset stays without."""
    if moment.utcoffset() is None:
        return moment.isoformat()
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
