"""From a template and facts to the words a person reads: plain text, in one language, the same for ever.

What facts bring is text and nothing else: it cannot open a place, reorder its surroundings or begin a line.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import msgspec
from babel.dates import format_datetime
from msgspec import Struct

from openhall.base import money, visible
from openhall.base.config import Settings
from openhall.base.i18n import LANGUAGES, Translations
from openhall.base.telling import Fact, Sum, Template, Word
from openhall.core.messages.types import Rendered, Texts

# What the hall itself knows, in every text.
OWN = frozenset({"hall", "help"})
FACT_LENGTH = 200
TITLE_LENGTH = 160
# Five text messages of a Chinese gateway.
SHORT_LENGTH = 300
_PLACE = re.compile(r"\{(\w+)\}")
_ISOLATE, _POP = "\u2068", "\u2069"
_MONEY, _MOMENT, _WORD = "amount", "at", "en"
_WORDS = UUID("6f70656e-6861-4c6c-8d65-737361676573")


class MissingFactError(ValueError):
    """A message was told without a fact that its template has a place for: a mistake of the package that tells."""


class Voice(Struct, frozen=True):
    """How this hall speaks: its name by language, its telephone, its zone."""

    names: dict[str, str]
    help_phone: str
    zone: str

    @staticmethod
    def of(settings: Settings) -> "Voice":
        return Voice({"en": settings.hall_name, "zh_CN": settings.hall_name_zh}, settings.help_phone, settings.zone)


class Worded(Struct, frozen=True):
    """A template's words as they are kept, under an id made of them."""

    id: UUID
    code: str
    version: int
    category: str
    texts: Texts


@cache
def worded(template: Template) -> Worded:
    """The words of a template in both languages."""
    catalogue = Translations([template.module])
    msgids = {"title": template.title, "body": template.body, "short": template.short}
    texts = {lang: {name: catalogue.text(lang, msgid) for name, msgid in msgids.items()} for lang in LANGUAGES}
    identity = msgspec.json.encode([template.code, template.version, template.category, texts], order="sorted")
    return Worded(uuid5(_WORDS, identity.decode()), template.code, template.version, template.category, texts)


@cache
def places(template: Template) -> frozenset[str]:
    """The facts a template needs."""
    texts = (template.title, template.body, template.short, template.link or "")
    return frozenset(place for text in texts for place in _PLACE.findall(text)) - OWN


def kept(template: Template, facts: Mapping[str, Fact]) -> dict[str, Any]:
    """Facts as JSON keeps them. MissingFactError when one is missing that the template has a place for."""
    missing = places(template) - facts.keys()
    if missing:
        raise MissingFactError(f"{template.code} needs {', '.join(sorted(missing))}")
    return {name: _kept(fact) for name, fact in facts.items()}


def _kept(fact: Fact) -> Any:
    if isinstance(fact, Sum):
        return {_MONEY: fact.amount, "currency": fact.currency}
    if isinstance(fact, Word):
        return {_WORD: plain(fact.en), "zh_CN": plain(fact.zh_CN)}
    if isinstance(fact, datetime):
        return {_MOMENT: fact.isoformat()}
    return fact if isinstance(fact, int) else plain(str(fact))


def plain(text: str, length: int = FACT_LENGTH) -> str:
    """One line of text without anything that hides or controls: short enough, and fit to be stored."""
    return clipped(visible.line(text), length)


def clipped(text: str, length: int) -> str:
    """The text, or its beginning with an ellipsis; what combines with a letter is not cut from it."""
    if len(text) <= length:
        return text
    end = length - 1
    while end and (unicodedata.combining(text[end]) or text[end] in "\u200d\ufe0f" or text[end - 1] == "\u200d"):
        end -= 1
    return text[:end].rstrip() + "…"


def link_of(template: Template, facts: Mapping[str, Any]) -> str | None:
    """The path that goes with a message; its facts are ids."""
    if template.link is None:
        return None
    return _PLACE.sub(lambda place: str(facts[place[1]]), template.link)


def rendered(texts: Texts, facts: Mapping[str, Any], language: str, voice: Voice) -> Rendered:
    """The words of a message in a language. A place without a fact stays as it is: old words must always be read."""
    own = {"hall": voice.names[language], "help": voice.help_phone}

    def said(place: re.Match[str]) -> str:
        name = place[1]
        if name in own:
            return own[name]
        return _said(facts[name], language, voice.zone) if name in facts else place[0]

    filled = {name: _PLACE.sub(said, text) for name, text in texts[language].items()}
    return Rendered(clipped(filled["title"], TITLE_LENGTH), filled["body"], clipped(filled["short"], SHORT_LENGTH))


def _said(fact: Any, language: str, zone: str) -> str:
    if not isinstance(fact, dict):
        return _isolated(str(fact))
    if _MONEY in fact:
        return money.format(fact[_MONEY], fact["currency"], language)
    if _MOMENT in fact:
        return moment(datetime.fromisoformat(fact[_MOMENT]), language, zone)
    return _isolated(str(fact[language]))


def moment(instant: datetime, language: str, zone: str) -> str:
    """Day and minute in the hall's zone, with the year: a message is read later too."""
    pattern = "y年M月d日 HH:mm" if language == "zh_CN" else "d MMM y, HH:mm"
    return format_datetime(instant, pattern, tzinfo=ZoneInfo(zone), locale=language)


def _isolated(text: str) -> str:
    """A name in a right-to-left script keeps its own order, and the words around it keep theirs."""
    if any(visible.turns(ch) for ch in text):
        return _ISOLATE + text + _POP
    return text
