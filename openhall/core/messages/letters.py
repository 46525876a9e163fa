"""The folder that the hall and its print room share: out/ for letters to print, printed/ for those that were.

A letter is one text file, which appears under its name whole or not at all. `out/index.csv` lists what lies in out/,
with digests; it is made of the folder itself, so writing it again changes nothing. Who has printed a letter moves it
to printed/; the hall then notes that, and wipes it. Everything here waits for the disk, so it is called in a thread.
"""

import csv
import hashlib
import io
import os
import re
import unicodedata
from pathlib import Path
from uuid import UUID

from openhall.core.messages.types import Rendered

INDEX = "index.csv"
_NAME = re.compile(r"letter-([0-9a-f-]{36})\.txt")
# Columns of a printed line; a Chinese character takes two.
WIDTH = 72


class LetterBox:
    """One such folder, made when it is not there."""

    def __init__(self, folder: Path) -> None:
        self.out = folder / "out"
        self.printed = folder / "printed"

    def prepare(self) -> None:
        """Make the two folders."""
        for folder in (self.out, self.printed):
            folder.mkdir(parents=True, exist_ok=True)

    def post(self, letters: dict[UUID, str]) -> None:
        """Lay letters out, and list them. One that was printed already is not laid out again."""
        self.prepare()
        for id_, text in letters.items():
            if not (self.printed / name_of(id_)).exists():
                _lay(self.out, name_of(id_), text.encode())
        _lay(self.out, INDEX, self._index())

    def _index(self) -> bytes:
        table = io.StringIO()
        writer = csv.writer(table)
        writer.writerow(["file", "bytes", "sha256"])
        for path in sorted(self.out.iterdir()):
            if _NAME.fullmatch(path.name):
                content = path.read_bytes()
                writer.writerow([path.name, len(content), hashlib.sha256(content).hexdigest()])
        return table.getvalue().encode()

    def done(self) -> list[UUID]:
        """The letters that were printed."""
        self.prepare()
        names = (_NAME.fullmatch(path.name) for path in self.printed.iterdir())
        return [UUID(name[1]) for name in names if name]

    def wipe(self, letters: list[UUID]) -> None:
        """Their words are on paper now, and in the inbox."""
        for id_ in letters:
            (self.printed / name_of(id_)).unlink(missing_ok=True)
        _sync(self.printed)


def name_of(letter: UUID) -> str:
    return f"letter-{letter}.txt"


def letter(address: str, day: str, said: Rendered, hall: str, help_line: str) -> str:
    """The text of a letter: whom it is for, when and what, and whom to ask."""
    parts = [hall, address, day, said.title, said.body, help_line]
    return "\n\n".join("\n".join(line for raw in part.splitlines() for line in wrapped(raw)) for part in parts) + "\n"


def wrapped(text: str, width: int = WIDTH) -> list[str]:
    """Lines of at most so many columns, broken at blanks where there are any."""
    lines, line, columns = [], "", 0
    for word in re.findall(r"[\u2e80-\uffef]|[^\s\u2e80-\uffef]+|\s+", text):
        size = sum(_columns(ch) for ch in word)
        if columns + size > width and line.strip():
            lines.append(line.rstrip())
            line, columns = "", 0
            word = word.lstrip()
        *full, word = _split(word, width)
        lines += full
        line, columns = line + word, columns + sum(_columns(ch) for ch in word)
    return [*lines, line.rstrip()]


def _split(word: str, width: int) -> list[str]:
    """A word in pieces that fit; mostly it is one."""
    pieces, columns = [""], 0
    for ch in word:
        if columns + _columns(ch) > width:
            pieces.append("")
            columns = 0
        pieces[-1] += ch
        columns += _columns(ch)
    return pieces


def _columns(ch: str) -> int:
    return 2 if unicodedata.east_asian_width(ch) in ("W", "F") else 0 if unicodedata.combining(ch) else 1


def _lay(folder: Path, name: str, content: bytes) -> None:
    half = folder / f".{name}.part"
    # A letter is for its reader and the print room alone.
    handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    half.replace(folder / name)
    _sync(folder)


def _sync(folder: Path) -> None:
    """Bring a folder's names to the disk: a rename is no more durable than that."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
