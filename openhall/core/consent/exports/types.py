"""The shapes of the copy. No I/O."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from openhall.base.db import Query
from openhall.base.exporting import Row


class Form(StrEnum):
    """One JSON document; or an archive of it, and of one table for spreadsheets for each part."""

    JSON = "json"
    ZIP = "zip"


class Part(Struct, frozen=True):
    """One table of the copy: `name` is "payments.payments"; `words` makes its rows readable, where they are not."""

    name: str
    query: Query
    words: Callable[[Row], Row] | None = None


class Copy(Struct, frozen=True):
    """What is to be copied: of whom, when, and what is left out, with the reason in the reader's words.

    `guide` says in the reader's words how to read the archive's tables.
    """

    resident: UUID
    at: datetime
    parts: Sequence[Part]
    withheld: Mapping[str, str]
    guide: str
