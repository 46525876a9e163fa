"""Collecting the copy: every part on one snapshot, portion by portion."""

import asyncio
from collections.abc import Sequence

from openhall.base import db
from openhall.base.exporting import Row
from openhall.core.consent.exports.types import Copy, Form, Part
from openhall.core.consent.exports.writing import Written

# The newest rows of each part that one copy holds. Nobody reads more; who needs more has the API.
MOST_ROWS = 20_000
PORTION = 500


async def collect(conn: db.ReadConn, copy: Copy, form: Form) -> Written:
    """The copy, written and ready to be read. The statements of its parts take `resident` and `limit`."""
    written = Written(copy, form)
    for part in copy.parts:
        await _part(conn, copy, part, written)
    await asyncio.to_thread(written.close)
    return written


async def _part(conn: db.ReadConn, copy: Copy, part: Part, written: Written) -> None:
    left = MOST_ROWS
    written.begin(part.name)
    # One row more than is written tells whether there was more.
    async for rows in db.portions(conn, part.query, size=PORTION, resident=copy.resident, limit=MOST_ROWS + 1):
        # In a thread: packing is work for the processor, and others are being served.
        await asyncio.to_thread(_write, written, part, rows[: max(left, 0)])
        left -= len(rows)
    await asyncio.to_thread(written.end, complete=left >= 0)


def _write(written: Written, part: Part, rows: Sequence[Row]) -> None:
    written.rows([part.words(row) for row in rows] if part.words else rows)
