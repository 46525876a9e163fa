"""Words beside money that swindlers dictate, and what people are told when they use them. A warning, never a wall."""

import re
import tomllib
import unicodedata
from functools import cache
from importlib.resources import files

from openhall.base.i18n import N_

WARNINGS = {
    "safe_account": N_(
        "No police, court or bank has a “safe account”. Whoever asks you to move money there, or to keep it secret, "
        "is a swindler."
    ),
    "fee_first": N_(
        "Nobody who owes you a prize, a refund or a loan lets you pay first. Whoever asks for a fee in advance "
        "keeps it."
    ),
    "easy_money": N_(
        "Jobs that pay back what you paid, and investments that only win, first pay a little and then take everything."
    ),
    "somebody_in_need": N_(
        "Does somebody you know need money at once, from a new number? Call them on the number you had before, and ask "
        "something only they know."
    ),
}
_FILE = "scam_words.toml"


def found_in(note: str | None) -> list[str]:
    """The names of the warnings that a note calls for."""
    if not note:
        return []
    text = _plain(note)
    joined = text.replace(" ", "")
    return [name for name, words in _words().items() if any(_is_in(_plain(word), text, joined) for word in words)]


def _plain(written: str) -> str:
    """As a reader reads it: without accents and marks that are written over letters, in simplified characters and Latin
    letters, and with one blank for whatever is neither letter nor digit. An apostrophe is left out."""
    bare = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", written).casefold()
        if letter not in "'’" and unicodedata.category(letter) not in ("Mn", "Me", "Cf")
    )
    read = unicodedata.normalize("NFC", bare).translate(_read_as())
    return " ".join("".join(letter if letter.isalnum() else " " for letter in read).split())


def _is_in(word: str, text: str, joined: str) -> bool:
    """Chinese is written without blanks, so those between are a disguise; a word of letters is no part of another."""
    if not word.isascii():
        return word in joined
    return re.search(rf"(?<![a-z]){re.escape(word)}(?![a-z])", text) is not None


@cache
def _words() -> dict[str, tuple[str, ...]]:
    return {name: tuple(group["words"]) for name, group in _file().items() if name in WARNINGS}


@cache
def _read_as() -> dict[int, str]:
    return {ord(pair[0]): pair[1] for pair in _file()["read_as"]["pairs"]}


@cache
def _file() -> dict[str, dict[str, list[str]]]:
    text = files("openhall.core.payments.transfers").joinpath(_FILE).read_text(encoding="utf-8")
    return tomllib.loads(text)
