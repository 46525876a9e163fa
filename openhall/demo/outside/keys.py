"""The secret that the hall and the outside program share."""

import os
import secrets
import time
from pathlib import Path


def secret(data: Path) -> str:
    """Read the shared secret of the outside program whose folder is `data`; make one the first time."""
    path = data / "secret"
    data.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read(path)
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(32))
    return _read(path)


def _read(path: Path) -> str:
    """The file's text. The hall and the program may start together: one may see the other's file still empty."""
    for _ in range(100):
        if text := path.read_text().strip():
            return text
        time.sleep(0.01)
    raise RuntimeError(f"{path} is empty: delete it and start again")
