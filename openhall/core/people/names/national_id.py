"""National ids: eighteen places by GB 11643, with the check digit of ISO 7064 MOD 11-2.

Residents of the mainland, the residence permits of Hong Kong, Macao and Taiwan, and the permanent residents from
abroad (`9`, province, country) share the form. Nobody is asked about a number that cannot be one.
"""

import re
from datetime import date

from msgspec import Struct

from openhall.core.people.names.letters import Fault, FaultError, folded, refuse_tricks

_MOST = 64
_BLANKS = re.compile(r"[\s\-\u2010-\u2015\u2212]+")
_FORM = re.compile(r"[0-9]{17}[0-9X]")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
# GB/T 2260: the provinces; 81 to 83 are the residence permits.
_PROVINCE = re.compile("1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71")
_PERMIT = re.compile("8[1-3]0000")
_FIRST_YEAR = 1900
ADULT_AGE = 18


class NationalId(Struct, frozen=True):
    """A number that can be one, and what it says of its holder."""

    text: str
    born: date

    @property
    def born_band(self) -> int:
        """The decade of birth: 1990."""
        return self.born.year // 10 * 10

    @property
    def adult_on(self) -> date:
        """The eighteenth birthday; whoever was born on 29 February has it on 1 March."""
        year = self.born.year + ADULT_AGE
        try:
            return self.born.replace(year=year)
        except ValueError:
            return date(year, 3, 1)


def normal(written: str, today: date) -> NationalId:
    """The number as people write it, with blanks, dashes and any width; FaultError when it cannot be one.

    The reasons, in this order: its letters, its form, its region, its birth date (real, and not after `today`), its
    check digit.
    """
    if len(written) > _MOST:
        raise FaultError(Fault.FORM)
    text = _BLANKS.sub("", folded(written)).upper()
    refuse_tricks(text)
    if re.fullmatch(r"[0-9]{15}", text):
        raise FaultError(Fault.OLD_CARD)
    if not _FORM.fullmatch(text):
        raise FaultError(Fault.EMPTY if not text else Fault.FORM)
    if not _has_region(text):
        raise FaultError(Fault.REGION)
    try:
        born = date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        raise FaultError(Fault.BIRTH_DATE) from None
    if born.year < _FIRST_YEAR or born > today:
        raise FaultError(Fault.BIRTH_DATE)
    if check_digit(text) != text[17]:
        raise FaultError(Fault.CHECK_DIGIT)
    return NationalId(text, born)


def check_digit(text: str) -> str:
    """The eighteenth place that belongs to the first seventeen."""
    return _CHECK[sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, text, strict=False)) % 11]


def _has_region(text: str) -> bool:
    if text[0] == "9":  # a foreigner: the province that issued the card, and a country
        return _PROVINCE.match(text, 1) is not None and text[3:6] != "000"
    if _PERMIT.match(text):
        return True
    return _PROVINCE.match(text) is not None and "00" not in (text[2:4], text[4:6])


def masked(text: str) -> str:
    """Fit to be shown: `110***********1234`."""
    return f"{text[:3]}{'*' * 11}{text[-4:]}"
