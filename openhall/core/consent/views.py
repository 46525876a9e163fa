"""What the API and the pages both make of agreements and consents."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from openhall.base.agreeing import Agreement, Basis
from openhall.core.consent.types import Consent, Ending, Words
from openhall.core.consent.wording import worded


class AgreementBody(Struct, frozen=True):
    """One use of your data, in the words of now.

    `basis`: what it rests on; only where that is `consent` it can be given and taken back. `words` is the id of these
    words, to be sent back by whoever agrees to them. `given_at` is null while you have not agreed to them; `outdated`
    says that you agreed to older words, which no longer count.
    """

    code: str
    version: int
    basis: Basis
    title: str
    controller: str
    purpose: str
    fields: list[str]
    words: UUID
    given_at: datetime | None
    outdated: bool


class PastBody(Struct, frozen=True):
    """A consent that is over, in the words of then. `ending`: taken back, or replaced by newer words."""

    code: str
    version: int
    title: str
    controller: str
    given_at: datetime
    ended_at: datetime
    ending: Ending


class ConsentsBody(Struct, frozen=True):
    """What is done with your data and on what ground, and what you agreed to before."""

    agreements: list[AgreementBody]
    past: list[PastBody]


class GiveRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Which agreement, and the id of the words that were read."""

    agreement: Annotated[str, Meta(max_length=80)]
    words: UUID


def agreement_body(agreement: Agreement, consents: Sequence[Consent], language: str) -> AgreementBody:
    """An agreement as somebody with these consents sees it."""
    wording = worded(agreement)
    said: Words = wording.texts[language]
    live = next((one for one in consents if one.code == agreement.code and one.ended_at is None), None)
    holds = live is not None and live.agreement == wording.id
    return AgreementBody(
        code=agreement.code,
        version=agreement.version,
        basis=agreement.basis,
        title=said.title,
        controller=said.controller,
        purpose=said.purpose,
        fields=list(said.fields),
        words=wording.id,
        given_at=live.given_at if live is not None and holds else None,
        outdated=live is not None and not holds,
    )


def past_bodies(consents: Sequence[Consent], language: str) -> list[PastBody]:
    """Those that are over."""
    return [
        PastBody(
            one.code,
            one.version,
            one.texts[language].title,
            one.texts[language].controller,
            one.given_at,
            one.ended_at,
            one.ending,
        )
        for one in consents
        if one.ended_at is not None and one.ending is not None
    ]
