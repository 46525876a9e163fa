"""The curl story of docs/howto/use-the-api.md runs as it stands, against real processes, whose logs name nobody."""

import json
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

TEXT = (ROOT / "docs" / "howto" / "use-the-api.md").read_text(encoding="utf-8")


@contextmanager
def openhall(settings: Settings, log: Path, *command: str) -> Iterator[None]:
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


def test_the_story_works_as_it_is_written_and_leaves_no_names(settings: Settings, tmp_path: Path) -> None:
    blocks = re.findall(r"^```bash\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 9
    tell = 'printf "%s\\n" "$PAYER" "$KEEPER" "$CODE" "$KEY" > secrets.txt'
    port, log = free_port(), tmp_path / "log"
    talkative = msgspec.structs.replace(settings, log_level="debug", log_format="json")
    with openhall(talkative, log, "work"), openhall(talkative, log, "serve", "--port", str(port)):
        wait_for(f"http://127.0.0.1:{port}/health/ready")
        story = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", "\n".join([*blocks, tell])],
            cwd=tmp_path,
            env=os.environ | {"HALL": f"http://127.0.0.1:{port}"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        # A form that is refused is no reason to write down what it held.
        httpx.post(f"http://127.0.0.1:{port}/sign-in", data={"phone": "13800138000"})
    assert story.returncode == 0, story.stdout + story.stderr
    assert '"balance":5000' in story.stdout
    assert "event: payment.succeeded" in (tmp_path / "till.txt").read_text(encoding="utf-8")
    logged = log.read_text(encoding="utf-8")
    lines = [json.loads(line) for line in logged.splitlines()]
    assert "Application startup complete." in {line["event"] for line in lines}
    secrets = (tmp_path / "secrets.txt").read_text(encoding="utf-8").split()
    assert len(secrets) == 4
    for personal in ["13800138000", "13400134000", "王记早餐", settings.secret, settings.bank_secret, *secrets]:
        assert personal not in logged, [line for line in logged.splitlines() if personal in line][:3]
