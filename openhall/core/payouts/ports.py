"""The folder that the hall and its bank share: out/ and in/, and for us done/ and refused/.

A file appears under its name whole or not at all: it is written under another name first, brought to the disk, and
then renamed. Names that begin with a dot, or end with .part or .tmp, are still being written and are left alone.
Everything here waits for the disk, so it is called in a thread.
"""

import hashlib
import os
from pathlib import Path

from openhall.core.payouts.types import Found, Rail

# The reader takes no larger ones; of those only the digest is made.
MAX_BYTES = 16 * 1024 * 1024
_CHUNK = 1024 * 1024
_UNFINISHED = (".part", ".tmp")
# Bytes, as disks count: a name carried away has its id in front, and 255 is all a name may have.
NAME_MAX = 200


class Folder:
    """One such folder, made when it is not there."""

    def __init__(self, rail: Rail) -> None:
        self.out = rail.folder / "out"
        self.incoming = rail.folder / "in"
        self.done = rail.folder / "done"
        self.refused = rail.folder / "refused"

    def prepare(self) -> None:
        """Make the four folders."""
        for folder in (self.out, self.incoming, self.done, self.refused):
            folder.mkdir(parents=True, exist_ok=True)

    def lay(self, name: str, content: bytes) -> None:
        """Lay a file out for the bank. Laying it again, with the same bytes, changes nothing that counts."""
        half = self.out / f".{name}.part"
        with half.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        half.replace(self.out / name)
        _sync(self.out)

    def waiting(self) -> list[str]:
        """The names of the bank's files, in the order of their names."""
        return sorted(entry.name for entry in self.incoming.iterdir() if entry.is_file() and _is_ready(entry.name))

    def read(self, name: str) -> Found:
        """A file with its digest; only the digest of one that is too large."""
        digest, size, parts = hashlib.sha256(), 0, []
        with (self.incoming / name).open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
                if size <= MAX_BYTES:
                    parts.append(chunk)
        content = b"".join(parts) if size <= MAX_BYTES else None
        return Found(name, digest.hexdigest(), size, content)

    def carry_away(self, name: str, sha256: str, to: str, *, read: bool) -> None:
        """Move a file whose fate is decided to done/ or refused/.

        Nothing when it was moved already, and when another file lies there by now under its name.
        """
        target = self.done if read else self.refused
        source = self.incoming / name
        if source.exists() and self.read(name).sha256 == sha256:
            source.replace(target / to)
            _sync(target)
            _sync(self.incoming)


def shortened(name: str) -> str:
    """The end of a name, in at most NAME_MAX bytes and whole letters."""
    return name.encode()[-NAME_MAX:].decode(errors="ignore")


def _is_ready(name: str) -> bool:
    """Whether a name is that of a finished file. One that is no text, so that it cannot be noted, is left alone too."""
    return not name.startswith(".") and not name.endswith(_UNFINISHED) and _is_text(name)


def _is_text(name: str) -> bool:
    """Odd spaces are text. Bytes that are no UTF-8 are not, and no database would keep them."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _sync(folder: Path) -> None:
    """Bring a folder's names to the disk: a rename is no more durable than that."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
