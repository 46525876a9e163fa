"""What is wrong with the letters of a name or a number, before anything else is asked of them.

Two texts that look alike must not be two names: whatever cannot be told apart by eye is refused with its reason, and
only widths, which mean nothing, are folded.
"""

import unicodedata
from enum import StrEnum


class Fault(StrEnum):
    """Why a text is no name, or no number."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    TOO_SHORT = "too_short"
    INVISIBLE = "invisible"
    RIGHT_TO_LEFT = "right_to_left"
    LOOKALIKE = "lookalike"
    COMPATIBILITY = "compatibility"
    SCRIPT = "script"
    MIXED = "mixed"
    DOT = "dot"
    # of numbers
    OLD_CARD = "old_card"
    FORM = "form"
    REGION = "region"
    BIRTH_DATE = "birth_date"
    CHECK_DIGIT = "check_digit"


class FaultError(ValueError):
    """A text that is refused; `fault` says why. The text itself is never in the message."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


_WIDE = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
# Han that is written like another character, or is one in disguise: radicals, and strokes.
_RADICALS = ((0x2E80, 0x2FDF), (0x31C0, 0x31EF))
_COMPATIBLE = ((0xF900, 0xFAFF), (0x2F800, 0x2FA1F))
_LOOKALIKES = ("CYRILLIC", "GREEK", "COPTIC", "ARMENIAN", "CHEROKEE", "LISU", "MATHEMATICAL")


def folded(written: str) -> str:
    """The text with full-width letters, digits and blanks at their usual width."""
    return written.translate(_WIDE)


def refuse_tricks(text: str) -> None:
    """FaultError for what a reader cannot see, reads backwards, or takes for another character."""
    for letter in text:
        if fault := _trick(letter):
            raise FaultError(fault)


def _trick(letter: str) -> Fault | None:
    code = ord(letter)
    if letter in _BIDI or unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT:
        return Fault.RIGHT_TO_LEFT
    # Format and control characters, surrogates, private use, variation selectors, fillers.
    if unicodedata.category(letter) in ("Cf", "Cc", "Cs", "Co") or _selects(code) or code in (0x115F, 0x1160, 0x3164):
        return Fault.INVISIBLE
    if _within(code, _RADICALS) or (_within(code, _COMPATIBLE) and unicodedata.decomposition(letter)):
        return Fault.COMPATIBILITY
    return Fault.LOOKALIKE if unicodedata.name(letter, "").startswith(_LOOKALIKES) else None


def is_han(letter: str) -> bool:
    """Any Chinese character, the rare ones of the extensions too: they have four bytes, and people have them."""
    code = ord(letter)
    return (
        0x4E00 <= code <= 0x9FFF
        or 0x3400 <= code <= 0x4DBF
        or 0x20000 <= code <= 0x323AF
        or 0xFA0E <= code <= 0xFA29
        or code == 0x3007
    )


def _selects(code: int) -> bool:
    return 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF or 0x180B <= code <= 0x180F


def _within(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= code <= last for first, last in ranges)
