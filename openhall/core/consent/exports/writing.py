"""Writing the copy into a file: little of it is in memory at any time, and small ones never touch the disk."""

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

import msgspec

from openhall.core.consent.exports.types import Copy, Form

IN_MEMORY = 1024 * 1024
GUIDE = "READ-ME.txt"
_PIECE = 64 * 1024
# What makes a spreadsheet read a text as a formula, when it stands first; the full-width forms too.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
# The first thing in a table: spreadsheets take it as the sign of UTF-8.
_MARK = "\ufeff"


class Written:
    """The copy as a file. Parts are written one after the other, their rows in portions."""

    def __init__(self, copy: Copy, form: Form) -> None:
        self._json = _file()
        self._archive = _file() if form is Form.ZIP else None
        self._zip = zipfile.ZipFile(self._archive, "w", zipfile.ZIP_DEFLATED) if self._archive else None
        self._table: IO[bytes] | None = None
        self._name = ""
        self._copy = copy
        self._rows = self._parts = 0
        head = {"resident": copy.resident, "at": copy.at, "withheld": copy.withheld}
        self._json.write(msgspec.json.encode(head)[:-1] + b',"parts":{')

    def begin(self, name: str) -> None:
        """A part begins."""
        self._json.write(b"," if self._parts else b"")
        self._json.write(msgspec.json.encode(name) + b':{"rows":[')
        self._parts, self._rows, self._name = self._parts + 1, 0, name

    def rows(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Some of its rows. A part without any has no table: nobody wants to open fifty empty ones."""
        if rows and self._zip is not None and self._table is None:
            self._table = self._zip.open(f"{self._name}.csv", "w", force_zip64=True)
        for row in rows:
            self._json.write((b",\n" if self._rows else b"\n") + msgspec.json.encode(row))
            if self._table is not None:
                lines = [tuple(row), tuple(row.values())] if self._rows == 0 else [tuple(row.values())]
                self._table.write(((_MARK if self._rows == 0 else "") + "".join(map(_line, lines))).encode())
            self._rows += 1

    def end(self, *, complete: bool) -> None:
        """It ends; not complete when there was more than one copy holds."""
        self._json.write(b'],"complete":' + (b"true}" if complete else b"false}"))
        if self._table is not None:
            self._table.close()
            self._table = None

    def close(self) -> None:
        """Nothing follows; what was written can be read."""
        self._json.write(b"}}\n")
        if self._zip is None:
            return
        self._zip.writestr(GUIDE, _MARK + self._copy.guide)
        self._json.seek(0)
        with self._zip.open("export.json", "w", force_zip64=True) as whole:
            while piece := self._json.read(_PIECE):
                whole.write(piece)
        self._zip.close()
        self._json.close()

    def pieces(self) -> Iterator[bytes]:
        """The file, piece by piece; afterwards it is gone."""
        file = self._archive or self._json
        file.seek(0)
        try:
            while piece := file.read(_PIECE):
                yield piece
        finally:
            file.close()


def _file() -> IO[bytes]:
    return cast("IO[bytes]", SpooledTemporaryFile(max_size=IN_MEMORY))


def _line(cells: Sequence[Any]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow([_cell(cell) for cell in cells])
    return written.getvalue()


def _cell(value: Any) -> Any:
    """A value as a spreadsheet reads it: numbers stay numbers, and no text is taken for a formula."""
    if value is None or isinstance(value, int):
        return "" if value is None else value
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode().strip('"')
    return f"'{text}" if text.lstrip(" \u3000\u00a0").startswith(_FORMULA) else text
