"""The shapes of the copy. No I/O."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from openhall.base.db import Query


class Form(StrEnum):
    """One JSON document; or an archive of it, and of one table for spreadsheets for each part."""

    JSON = "json"
    ZIP = "zip"


class Part(Struct, frozen=True):
    """One table of the copy: `name` is "payments.payments"."""

    name: str
    query: Query


class Copy(Struct, frozen=True):
    """What is to be copied: of whom, when, and what is left out, with the reason in the reader's words."""

    resident: UUID
    at: datetime
    parts: Sequence[Part]
    withheld: Mapping[str, str]
