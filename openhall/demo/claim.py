"""One demo for one data folder and one port: refusals come before anything is touched."""

import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

# Seconds to wait for the port that a killed demo of the same data has not given back yet.
PATIENCE_S = 10


class RefusedError(RuntimeError):
    """The demo cannot start; nothing has been touched."""


@contextmanager
def claimed(data: Path, port: int) -> Iterator[None]:
    """Hold the data folder and know the port to be free. The claim ends with the process, however it ends."""
    file = data / "demo.lock"
    left_over = ""
    if file.exists():
        with file.open(encoding="utf-8") as seen:
            left_over = seen.read()
            _lock(seen, data, left_over)
    _want_port(port, PATIENCE_S if left_over else 0)
    # Closed to others on a personal account; root's server runs under another account, which has to pass.
    try:
        data.mkdir(mode=0o755 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
    except OSError as problem:
        raise RefusedError(
            f"the folder {data} cannot be made ({problem.strerror}): choose another one: make demo DATA=city2"
        ) from None
    with file.open("a+", encoding="utf-8") as claim:
        claim.seek(0)
        _lock(claim, data, claim.read())
        claim.truncate(0)
        claim.write(json.dumps({"pid": os.getpid(), "port": port}))
        claim.flush()
        yield
        # Emptied at a clean end: text that is left tells the next start that this one was killed.
        claim.truncate(0)


def _lock(file: IO[str], data: Path, text: str) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = json.loads(text or "{}")
        raise RefusedError(
            f"the city in {data} is running already (process {owner.get('pid', '?')}): "
            f"see http://localhost:{owner.get('port', '?')}, or press Ctrl-C where it was started. "
            "For a second city choose another folder and port: make demo DATA=city2 PORT=8001"
        ) from None


def _want_port(port: int, patience: float) -> None:
    deadline = time.monotonic() + patience
    while (problem := _refusal(port)) is not None:
        if time.monotonic() > deadline:
            raise RefusedError(
                f"port {port} cannot be used: {problem}. Choose another: make demo PORT={port % 65535 + 1}"
            )
        time.sleep(0.2)


def _refusal(port: int) -> str | None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("0.0.0.0", port))
        except OSError as refused:
            return (refused.strerror or str(refused)).lower()
    return None
