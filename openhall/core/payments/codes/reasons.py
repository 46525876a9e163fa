"""Why a text is not a code that can be used. Pure: the words for people are made from these at the edge."""

from enum import Enum


class Reason(Enum):
    """What is wrong, in order of precedence: when several apply, the first one listed is reported."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    NOT_A_CODE = "not_a_payment_code"
    SHORT_LENGTH = "short_code_length"
    SHORT_CHECK = "short_code_check_digit"
    CUT_OFF = "cut_off"
    BAD_LENGTH = "wrong_length"
    DUPLICATE_ID = "duplicate_id"
    CRC_NOT_LAST = "checksum_not_last"
    CRC_WRONG = "checksum_wrong"
    BAD_AMOUNT = "bad_amount"


class CodeError(ValueError):
    """A text that is no usable code.

    `tag` is the path of the data object concerned ("53", or "64.01" inside a template); `position` counts characters
    of the whole text from 0; `computed` and `expected` are set where two values disagree: `computed` is what the text
    works out to, `expected` what it says of itself (or what we ask for: the number of digits of a short code).
    """

    def __init__(
        self,
        reason: Reason,
        *,
        tag: str | None = None,
        position: int | None = None,
        computed: str | None = None,
        expected: str | None = None,
    ) -> None:
        self.reason = reason
        self.tag = tag
        self.position = position
        self.computed = computed
        self.expected = expected
        super().__init__(" ".join(f"{name}={value}" for name, value in self.data().items()))

    def data(self) -> dict[str, str | int]:
        """The known facts as plain values, ready for a problem's data."""
        facts = {
            "reason": self.reason.value,
            "tag": self.tag,
            "position": self.position,
            "computed": self.computed,
            "expected": self.expected,
        }
        return {name: value for name, value in facts.items() if value is not None}
