"""From a declared agreement to the words that somebody agrees to, under an id that is made of them."""

from functools import cache
from uuid import UUID, uuid5

import msgspec

from openhall.base.agreeing import Agreement
from openhall.base.i18n import LANGUAGES, Translations
from openhall.core.consent.types import Worded, Words

_WORDS = UUID("6f70656e-6861-4c6c-8c6f-6e73656e7473")


@cache
def worded(agreement: Agreement) -> Worded:
    """The words of an agreement in both languages."""
    catalogue = Translations([agreement.module])
    texts = {language: _words(catalogue, agreement, language) for language in LANGUAGES}
    identity = msgspec.json.encode([agreement.code, agreement.version, agreement.basis, texts], order="sorted")
    return Worded(uuid5(_WORDS, identity.decode()), agreement.code, agreement.version, agreement.basis, texts)


def _words(catalogue: Translations, agreement: Agreement, language: str) -> Words:
    return Words(
        catalogue.text(language, agreement.title),
        catalogue.text(language, agreement.controller),
        catalogue.text(language, agreement.purpose),
        tuple(catalogue.text(language, field) for field in agreement.fields),
    )
