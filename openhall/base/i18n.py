"""Languages. Msgids are English; every package brings `locale/zh_CN.po`, and the hall merges them at start.

Catalogues are compiled in memory, so no compiled file is built, shipped or forgotten.
"""

import gettext
import io
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from babel import Locale
from babel.core import UnknownLocaleError
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = ("zh_CN", "en")


def N_(message: str) -> str:  # noqa: N802  the usual gettext name: marks a msgid without translating it
    return message


class Translations:
    """The merged catalogues of a set of packages."""

    def __init__(self, modules: Iterable[str]) -> None:
        self._chinese = _compile(tuple(modules))
        self._english = gettext.NullTranslations()

    def of(self, language: str) -> gettext.NullTranslations:
        return self._chinese if language == "zh_CN" else self._english

    def text(self, language: str, msgid: str) -> str:
        return self.of(language).gettext(msgid)


# Halls of one process share the catalogue, which nobody changes: merging it takes a third of a hall's start.
@cache
def _compile(modules: tuple[str, ...]) -> gettext.NullTranslations:
    merged = Catalog(locale="zh_CN")
    for module in modules:
        source = files(module) / "locale" / "zh_CN.po"
        if not source.is_file():
            continue
        with source.open("rb") as file:
            for message in read_po(file, locale="zh_CN"):
                if message.id and message.string:
                    merged.add(message.id, message.string, context=message.context)
    compiled = io.BytesIO()
    write_mo(compiled, merged)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


# Languages of China besides Chinese: who reads them reads the hall's own sooner than English.
_AT_HOME = frozenset({"bo", "ii", "mn", "ug", "za"})


def negotiate(accept_language: str, default: str) -> str:
    """The best of our languages for an Accept-Language header: any Chinese is served zh_CN, any English en.

    Who reads neither and comes from elsewhere is served English; whoever says nothing, `default`.
    """
    wanted: list[tuple[float, int, str]] = []
    otherwise = default
    for order, part in enumerate(accept_language.split(",")[:20]):
        tag, _, parameter = part.strip().partition(";")
        try:
            quality = float(parameter.strip().removeprefix("q=")) if parameter else 1.0
            language = Locale.parse(tag.strip(), sep="-").language
        except (ValueError, UnknownLocaleError, TypeError):
            continue
        ours = {"zh": "zh_CN", "en": "en"}.get(language)
        if ours is None and language not in _AT_HOME and quality > 0:
            otherwise = "en"
        if ours and quality > 0:
            wanted.append((-quality, order, ours))
    return min(wanted)[2] if wanted else otherwise
