"""What packages put into the copy of their data that residents take with them (openhall.core.consent.exports)."""

from collections.abc import Mapping
from typing import Any, Protocol

from msgspec import Struct

from openhall.base.config import Settings
from openhall.base.db import Query

Row = Mapping[str, Any]


class Worded(Protocol):
    """A row as a person reads it."""

    def __call__(self, row: Row, /, language: str, settings: Settings) -> Row: ...


class Export(Struct, frozen=True):
    """One part of the copy, a table: what `query` finds for a `resident`, newest first, at most `limit` rows.

    Its columns are the contract. It names nobody else but masked, and holds no secret. `words`, where there is one,
    makes of a row what a person can read, in their language.
    """

    name: str
    query: Query
    words: Worded | None = None
