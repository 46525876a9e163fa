"""What packages put into the copy of their data that residents take with them (openhall.core.consent.exports)."""

from msgspec import Struct

from openhall.base.db import Query


class Export(Struct, frozen=True):
    """One part of the copy, a table: what `query` finds for a `resident`, newest first, at most `limit` rows.

    Its columns are the contract. It names nobody else but masked, and holds no secret.
    """

    name: str
    query: Query
