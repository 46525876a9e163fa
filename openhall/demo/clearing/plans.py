"""How this bank misbehaves: a plan says what becomes of the next payouts, or of the next files it writes."""

from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct


class Plan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What happens to the next `times` payouts, or only to those whose creditor's account ends with `account`.

    reject     it says no, with `reason`; nothing is booked
    give_back  it books it, and at the next step books it as returned, with `reason`
    late       it books it one statement later
    missing    it says nothing of it and books nothing
    wrong      it books one fen more
    double     it books it twice
    silent     it books it, and tells of it in the statement alone
    again      the next file that it writes is dropped twice
    """

    what: Literal["reject", "give_back", "late", "missing", "wrong", "double", "silent", "again"]
    account: str = ""
    times: Annotated[int, Meta(ge=1, le=1_000_000)] = 1
    reason: str = "AC04"


PLAIN = ""


def load(path: Path) -> list[Plan]:
    """The plans of a file, one JSON object a line; none when there is no file."""
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return []
    return [msgspec.json.decode(line, type=Plan) for line in lines if line.strip()]
