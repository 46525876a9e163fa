"""Runs the lines of a how-to as they stand, against real processes of the hall."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import msgspec

from openhall.base.config import Settings
from tests.house.source import ROOT

HOWTO = ROOT / "docs" / "howto"
_BLOCK = re.compile(r"^```bash\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Served(msgspec.Struct):
    """A hall that answers at `url`, with a worker; both write what they log into one file."""

    url: str
    folder: Path
    log: Path

    def run(self, *blocks: str) -> str:
        """What these lines print, one block after the other in one shell; AssertionError when one of them fails."""
        story = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", "\n".join(blocks)],
            cwd=self.folder,
            env=os.environ | {"HALL": self.url},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert story.returncode == 0, story.stdout + story.stderr
        return story.stdout

    def secrets(self) -> list[str]:
        """What `tell` wrote down."""
        return (self.folder / "secrets.txt").read_text(encoding="utf-8").split()


def blocks_of(howto: str) -> list[str]:
    """The blocks of lines of a how-to, in their order."""
    return _BLOCK.findall((HOWTO / howto).read_text(encoding="utf-8"))


def beginning() -> list[str]:
    """What other stories go on from: words for the answers, two people, a shop, and money."""
    return blocks_of("use-the-api.md")[:4]


def tell(*names: str) -> str:
    """A line after which `Served.secrets` knows what is in these variables."""
    return 'printf "%s\\n" ' + " ".join(f'"${name}"' for name in names) + " > secrets.txt"


@contextmanager
def hall_of(settings: Settings, folder: Path) -> Iterator[Served]:
    """A hall for one story, which logs all it can."""
    talkative = msgspec.structs.replace(settings, log_level="debug", log_format="json")
    port, log = _free_port(), folder / "log"
    with _openhall(talkative, log, "work"), _openhall(talkative, log, "serve", "--port", str(port)):
        served = Served(f"http://127.0.0.1:{port}", folder, log)
        _wait_for(f"{served.url}/health/ready")
        yield served


@contextmanager
def _openhall(settings: Settings, log: Path, *command: str) -> Iterator[None]:
    """One process of the hall, ended with the block."""
    given = {name: getattr(settings, name) for name in settings.__struct_fields__}
    environment = {key: value for key, value in os.environ.items() if not key.startswith("OPENHALL_")}
    environment |= {f"OPENHALL_{name.upper()}": str(value) for name, value in given.items()}
    with log.open("ab") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", "openhall.cli", *command, "--with-parent"],
            env=environment,
            stdin=subprocess.PIPE,
            stderr=written,
        )
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)
        assert process.stdin is not None
        process.stdin.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if httpx.get(url).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"{url} does not answer")
