"""What a reader cannot see, reads backwards, or takes for another character: the one place that knows it.

Two texts that look alike must not be two, and no text may hide a part of itself or turn what stands around it. Real
names (core/people/names) are the strictest: no letter that does any of it. Names that people give themselves, their
shops and their devices may be in any script, but not in a disguise. In notes and messages what hides is left out.
"""

import unicodedata
from enum import StrEnum


class Trick(StrEnum):
    """What a letter does to its reader."""

    INVISIBLE = "invisible"
    RIGHT_TO_LEFT = "right_to_left"
    COMPATIBILITY = "compatibility"
    LOOKALIKE = "lookalike"


_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
# Format and control characters, halves of characters, private use, line breaks.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_BREAKS = frozenset({"Cc", "Zl", "Zp"})
# They count as letters, marks or symbols and yet show nothing.
_BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_JOINERS = frozenset("\u200c\u200d")
_AS_EMOJI = "\ufe0f"
_KEYCAP = "\u20e3"
# Chosen shapes of the letter before: of Mongolian, of everything, of rare Chinese characters.
_SELECTORS = ((0x180B, 0x180F), (0xFE00, 0xFE0F), (0xE0100, 0xE01EF))
# Han that is written like another character, or is one in disguise: radicals, strokes, and doubles of others.
_RADICALS = ((0x2E80, 0x2FDF), (0x31C0, 0x31EF))
_DOUBLES = ((0xF900, 0xFAFF), (0x2F800, 0x2FA1F))
# Alphabets with letters that look Latin. In a word of their own they are what they are; beside Latin they deceive.
_LIKE_LATIN = ("CYRILLIC", "GREEK", "COPTIC", "ARMENIAN", "CHEROKEE", "LISU")
# Letters of formulas, in circles, small and raised: Latin letters in a costume.
_COSTUMES = ("<font>", "<circle>", "<square>", "<super>", "<sub>")
# More marks than this on one letter paint over the lines above and below.
MARKS = 4


def trick(letter: str) -> Trick | None:
    """What one letter does to the reader of a real name, if it does anything."""
    if letter in _BIDI or turns(letter):
        return Trick.RIGHT_TO_LEFT
    if hides(letter):
        return Trick.INVISIBLE
    if _within(letter, _RADICALS) or (_within(letter, _DOUBLES) and unicodedata.decomposition(letter)):
        return Trick.COMPATIBILITY
    named = unicodedata.name(letter, "")
    return Trick.LOOKALIKE if named.startswith((*_LIKE_LATIN, "MATHEMATICAL")) else None


def turns(letter: str) -> bool:
    """Whether it is written from right to left."""
    return unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT


def hides(letter: str) -> bool:
    """Whether nobody sees it, wherever it stands. Blanks are seen."""
    return unicodedata.category(letter) in _UNSEEN or letter in _BLANKS or _within(letter, _SELECTORS)


def line(text: str) -> str:
    """Any text as one line in NFC with single blanks, without what hides, and without piled-up marks."""
    clean, marks = [], 0
    # Halves of characters cannot be stored; they become question marks.
    whole = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode())
    for place, letter in enumerate(whole):
        marks = marks + 1 if _is_mark(letter) else 0
        if unicodedata.category(letter) in _BREAKS:
            clean.append(" ")
        elif marks <= MARKS and (not hides(letter) or _joins(whole, place)):
            clean.append(letter)
    # What was left out may have stood between a letter and its accent.
    return " ".join(unicodedata.normalize("NFC", "".join(clean)).split())


def name(text: str, longest: int) -> str | None:
    """A name that somebody gives, in any script: NFC, trimmed, one space where there were several.

    None when it cannot be one: it has 1 to `longest` characters, at least one of them visible, nothing that hides,
    breaks or turns text, and no word that mixes alphabets to look like another.
    """
    tidy = "".join(
        " " if unicodedata.category(letter) == "Zs" else letter for letter in unicodedata.normalize("NFC", text).strip()
    )
    tidy = " ".join(filter(None, tidy.split(" ")))
    if not 1 <= len(tidy) <= longest or _is_covered(tidy) or is_disguised(tidy):
        return None
    return tidy if any(unicodedata.category(letter)[0] in "LNS" and not hides(letter) for letter in tidy) else None


def is_disguised(text: str) -> bool:
    """Whether letters pose as others: in a costume, or from an alphabet that looks like that of the same word."""
    alphabets: set[str] = set()
    for letter in text:
        if not letter.isalpha() and not _is_mark(letter):
            alphabets.clear()
        if _within(letter, _RADICALS) or _has_costume(letter):
            return True
        alphabets |= _alphabet(letter)
        if len(alphabets) > 1:
            return True
    return False


def _alphabet(letter: str) -> set[str]:
    named = unicodedata.name(letter, "")
    return {alphabet for alphabet in ("LATIN", *_LIKE_LATIN) if named.startswith(alphabet)}


def _has_costume(letter: str) -> bool:
    whole = unicodedata.decomposition(letter)
    if whole.startswith(_COSTUMES):
        return any(plain.isalpha() and plain.isascii() for plain in unicodedata.normalize("NFKC", letter))
    return unicodedata.name(letter, "").startswith("LATIN LETTER SMALL CAPITAL")


def _is_covered(text: str) -> bool:
    marks = 0
    for place, letter in enumerate(text):
        marks = marks + 1 if _is_mark(letter) else 0
        if marks > MARKS or (hides(letter) and not _joins(text, place)):
            return True
    return False


def _is_mark(letter: str) -> bool:
    return unicodedata.category(letter) in ("Mn", "Me")


def _joins(text: str, place: int) -> bool:
    """Whether something unseen does its work here: it joins a family of emoji or letters that change their shape."""
    letter, before, after = text[place], text[place - 1 : place], text[place + 1 : place + 2]
    if not before:
        return False
    if letter == _AS_EMOJI:
        return after == _KEYCAP or unicodedata.category(before) in ("So", "Sm", "Sk")
    if letter not in _JOINERS or not after or hides(after):
        return False
    return before == _AS_EMOJI or (
        unicodedata.category(before) in ("So", "Sk", "Mn", "Mc", "Lo") and not is_han(before)
    )


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


def _within(letter: str, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= ord(letter) <= last for first, last in ranges)
