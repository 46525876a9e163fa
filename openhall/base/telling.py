"""What packages tell residents: templates with places, and the facts that fill them.

A package declares its templates in its descriptor and tells by them (openhall.core.messages). Their texts are msgids
of its own catalogue; they are plain text, and so is everything that facts bring.
"""

from collections.abc import Awaitable
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol
from uuid import UUID

from msgspec import Struct

from openhall.base.db import Conn

Category = Literal["must", "case", "reminder", "news"]


class Template(Struct, frozen=True, kw_only=True):
    """One kind of message. `title`, `body` and `short` are msgids; a place is {written_so} and filled by a fact.

    Every text may use {hall} (its name) and {help} (its telephone). Whoever changes a text counts `version` up: what
    was told before keeps the words it was told in.
    """

    code: str  # "people.new_device": stable, part of the contract
    version: int
    module: str  # the dotted name of the package whose catalogue translates the texts
    category: Category
    title: str
    body: str
    short: str  # for a text message or a push: says enough by itself, and never holds a link
    link: str | None = None  # a path inside the hall, such as "/shops/{shop_id}"
    safety: bool = False  # somebody may be about to lose something: told at night too
    lives: timedelta | None = None  # after this it is no longer true, and sent to nobody; None: for good


class Sum(Struct, frozen=True):
    """A fact: an amount in minor units."""

    amount: int
    currency: str


class Word(Struct, frozen=True):
    """A fact that is a word of ours, in each language."""

    en: str
    zh_CN: str  # noqa: N815  the language's name everywhere


Fact = str | int | UUID | datetime | Sum | Word


class Tell(Protocol):
    """Tells one resident something, in the caller's transaction."""

    def __call__(self, conn: Conn, resident: UUID, template: Template, /, **facts: Any) -> Awaitable[None]: ...
