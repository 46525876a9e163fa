"""Pure rules of merchants: what a shop may be called, and what it may be."""

import unicodedata

from openhall.city.merchants import categories, problems
from openhall.city.merchants.types import NewShop

NAME_LENGTH = 40
# Cc: control characters. Cf: invisible formatting, among it the overrides that turn the direction of text, with which
# "gnaW" can be made to look like "Wang". Cs and Co: halves of characters, and characters that mean nothing here. Zl
# and Zp: line breaks.
_REFUSED = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
# Joiners inside emoji and in some scripts; harmless between visible characters.
_JOINERS = frozenset("\u200c\u200d")
# They count as letters or symbols and yet show nothing.
_BLANKS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
# More marks than this on one letter paint over the lines above and below.
_MARKS = 4


def checked(*, name: str, category: str, city: str) -> NewShop:
    """What a person typed, as it is registered; the first problem in the order of `problems`."""
    clean, place, kind = clean_name(name), clean_name(city), categories.find(category)
    if clean is None:
        raise problems.name_invalid()
    if place is None:
        raise problems.city_invalid()
    if kind is None:
        raise problems.category_unknown(known=[known.word for known in categories.CATEGORIES])
    return NewShop(clean, kind.code, place)


def clean_name(text: str) -> str | None:
    """The name as it is registered: NFC, trimmed, one space where there were several. None when it cannot be a name.

    A name has 1 to 40 characters, at least one of them visible, and nothing that hides, breaks or turns text.
    """
    name = "".join(
        " " if unicodedata.category(letter) == "Zs" else letter for letter in unicodedata.normalize("NFC", text).strip()
    )
    name = " ".join(filter(None, name.split(" ")))
    if not 1 <= len(name) <= NAME_LENGTH:
        return None
    if any(_refused(letter) for letter in name) or not any(_visible(letter) for letter in name):
        return None
    return None if _piled_up(name) else name


def _refused(letter: str) -> bool:
    return letter in _BLANKS or (unicodedata.category(letter) in _REFUSED and letter not in _JOINERS)


def _visible(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LNS"


def _piled_up(name: str) -> bool:
    marks = 0
    for letter in name:
        marks = marks + 1 if unicodedata.category(letter) in {"Mn", "Me"} else 0
        if marks > _MARKS:
            return True
    return False
