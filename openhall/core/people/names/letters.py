"""What is wrong with the letters of a name or a number, before anything else is asked of them.

Two texts that look alike must not be two names: whatever cannot be told apart by eye is refused with its reason, and
only widths, which mean nothing, are folded.
"""

from enum import StrEnum

from openhall.base import visible


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


def folded(written: str) -> str:
    """The text with full-width letters, digits and blanks at their usual width."""
    return written.translate(_WIDE)


def refuse_tricks(text: str) -> None:
    """FaultError for what a reader cannot see, reads backwards, or takes for another character."""
    for letter in text:
        if found := visible.trick(letter):
            raise FaultError(Fault(found.value))
