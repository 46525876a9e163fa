"""Names of people as their documents write them: Chinese characters, with a middle dot if need be, or Latin letters."""

import unicodedata

from openhall.base.visible import is_han
from openhall.core.people.names.letters import Fault, FaultError, folded, refuse_tricks

SHORTEST, LONGEST = 2, 40
# Far beyond any name: what is longer is not looked at.
_MOST = 200
DOT = "\u00b7"
# Keyboards know the dot of minority names in many shapes, which all look like it.
_DOTS = dict.fromkeys(map(ord, "\u2022\u2027\u2219\u22c5\u30fb\uff65\u2024"), DOT)
_APOSTROPHES = {0x2019: "'", 0x2018: "'", 0x02BC: "'", 0x2010: "-", 0x2011: "-", 0x2212: "-"}
_JOINERS = " -'."


def normal(written: str) -> str:
    """The one form of a name, in NFC with usual widths and single blanks; FaultError when it is no name.

    Compatibility ideographs are refused before NFC would quietly make other characters of them.
    """
    if len(written) > _MOST:
        raise FaultError(Fault.TOO_LONG)
    text = " ".join(folded(written.translate(_DOTS)).translate(_APOSTROPHES).split())
    refuse_tricks(text)
    name = unicodedata.normalize("NFC", text)
    if not name:
        raise FaultError(Fault.EMPTY)
    if any(is_han(letter) for letter in name):
        # Between Chinese characters a blank means nothing, and a full stop is a dot.
        name = name.replace(" ", "").replace(".", DOT)
        _check_chinese(name)
    else:
        _check_latin(name)
    if len(name) < SHORTEST:
        raise FaultError(Fault.TOO_SHORT)
    if len(name) > LONGEST:
        raise FaultError(Fault.TOO_LONG)
    return name


def _check_chinese(name: str) -> None:
    for letter in name:
        if not is_han(letter) and letter != DOT:
            raise FaultError(Fault.MIXED if letter.isalpha() and _is_latin(letter) else Fault.SCRIPT)
    if name.startswith(DOT) or name.endswith(DOT) or DOT * 2 in name:
        raise FaultError(Fault.DOT)


def _check_latin(name: str) -> None:
    if not all(_is_latin(letter) or letter in _JOINERS for letter in name):
        raise FaultError(Fault.SCRIPT)
    if not _is_latin(name[0]):
        raise FaultError(Fault.SCRIPT)


def _is_latin(letter: str) -> bool:
    """A letter of the Latin alphabet with its accents; not the decorated ones of other blocks."""
    return (
        unicodedata.category(letter) in ("Lu", "Ll", "Lo")
        and unicodedata.name(letter, "").startswith("LATIN")
        and not unicodedata.decomposition(letter).startswith("<")
    )


def masked(name: str) -> str:
    """Fit to be shown: the first character and a star, `张*`. How long the name is, is not told."""
    return f"{name[0]}*"
