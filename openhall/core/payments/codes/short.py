"""The short code of a shop: nine digits that are typed when a camera fails, shown as "482 907 315".

Digits only, because a phone then shows its large number pad, and because digits are the same in every language and
easy to read aloud. Eight are random (the first is not 0, so that no leading zero is lost on the way and no short code
looks like the start of a payment QR), the ninth is a check digit after Damm: unlike Luhn, which takes 09 for 90, it
finds *every* single wrong digit and *every* swap of neighbours. A short code only names a shop, as a QR code does;
the payer sees the registered name before paying, so it need not be hard to guess.
"""

import secrets
import unicodedata
from collections.abc import Callable

from openhall.core.payments.codes.reasons import CodeError, Reason

LENGTH = 9
_GROUP = 3
# Pasted text may bring any of these; dashes and spaces of every script are recognised by their Unicode category.
_SEPARATORS = frozenset("._·•/\u200b\u2060\ufeff")
_SEPARATOR_CATEGORIES = frozenset({"Pd", "Zs"})

# Damm's totally anti-symmetric quasigroup of order 10: row = the digit so far, column = the next digit.
_DAMM = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip


def new(below: Callable[[int], int] = secrets.randbelow) -> str:
    """A random short code; `below(n)` returns a random integer of 0..n-1."""
    digits = str(10**7 + below(9 * 10**7))
    return digits + check_digit(digits)


def check_digit(digits: str) -> str:
    """Damm's check digit of a string of digits; a string that ends in its own check digit yields "0"."""
    interim = 0
    for digit in digits:
        interim = int(_DAMM[interim][int(digit)])
    return str(interim)


def show(code: str) -> str:
    """In groups of three, as people read it aloud: "482 907 315"."""
    return " ".join(code[i : i + _GROUP] for i in range(0, len(code), _GROUP))


def digits_of(text: str) -> str | None:
    """The digits of a typed text without its spaces, dashes and dots; None if there is anything else."""
    digits = []
    for character in text:
        if character in _SEPARATORS or unicodedata.category(character) in _SEPARATOR_CATEGORIES or character.isspace():
            continue
        value = unicodedata.decimal(character, None)
        if value is None:
            return None
        digits.append(str(value))
    return "".join(digits)


def parse(text: str) -> str:
    """The nine digits of a typed short code; CodeError SHORT_LENGTH or SHORT_CHECK, NOT_A_CODE for other characters."""
    digits = digits_of(text)
    if digits is None:
        raise CodeError(Reason.NOT_A_CODE)
    if not digits:
        raise CodeError(Reason.EMPTY)
    if len(digits) != LENGTH:
        raise CodeError(Reason.SHORT_LENGTH, computed=str(len(digits)), expected=str(LENGTH))
    if check_digit(digits) != "0":
        raise CodeError(Reason.SHORT_CHECK)
    return digits
