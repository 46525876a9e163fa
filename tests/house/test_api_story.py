"""The curl story of docs/howto/use-the-api.md runs as it stands, against real processes."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from openhall.base.config import Settings
from tests.house.source import ROOT

TEXT = (ROOT / "docs" / "howto" / "use-the-api.md").read_text(encoding="utf-8")


@contextmanager
def openhall(settings: Settings, *command: str) -> Iterator[None]:
    """One process of the hall, ended with the block."""
    given = {name: getattr(settings, name) for name in settings.__struct_fields__}
    environment = {key: value for key, value in os.environ.items() if not key.startswith("OPENHALL_")}
    environment |= {f"OPENHALL_{name.upper()}": str(value) for name, value in given.items()}
    process = subprocess.Popen(
        [sys.executable, "-m", "openhall.cli", *command, "--with-parent"], env=environment, stdin=subprocess.PIPE
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)
        assert process.stdin is not None
        process.stdin.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if httpx.get(url).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"{url} does not answer")


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_story_works_as_it_is_written(settings: Settings, tmp_path: Path) -> None:
    blocks = re.findall(r"^```bash\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 9
    port = free_port()
    with openhall(settings, "work"), openhall(settings, "serve", "--port", str(port)):
        wait_for(f"http://127.0.0.1:{port}/health/ready")
        story = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", "\n".join(blocks)],
            cwd=tmp_path,
            env=os.environ | {"HALL": f"http://127.0.0.1:{port}"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert story.returncode == 0, story.stdout + story.stderr
    assert '"balance":5000' in story.stdout
    assert "event: payment.succeeded" in (tmp_path / "till.txt").read_text(encoding="utf-8")
