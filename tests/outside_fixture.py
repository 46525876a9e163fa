"""The outside world of the tests: the demo bank and SMS gateway, run as the real program it is."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from openhall.demo.outside import secret


class OutsideProgram:
    """A running `python -m openhall.demo.outside`, and the levers a test pulls."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.secret = secret(data)
        self.url = ""
        self._process: subprocess.Popen[str] | None = None
        # Whether plans were made since it was last told to behave.
        self._has_plans = False
        self._client = httpx.Client(headers={"authorization": f"Bearer {self.secret}"}, timeout=15)

    def start(self) -> None:
        """Start it, or start it again on the same port with the same books."""
        port = self.url.rpartition(":")[2] or "0"
        command = [sys.executable, "-m", "openhall.demo.outside", "--port", port, "--data", str(self.data)]
        self._process = subprocess.Popen(
            [*command, "--with-parent"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        assert self.url, "the outside program did not start"

    def stop(self, *, kill: bool = False) -> int:
        """Stop it gracefully (or with SIGKILL); its exit code."""
        process = self._process
        assert process is not None
        process.kill() if kill else process.terminate()
        code = process.wait(15)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        self._process = None
        return code

    def close(self) -> None:
        """End everything."""
        if self._process is not None:
            self.stop()
        self._client.close()

    def call(self, method: str, path: str, body: object = None, **params: str) -> httpx.Response:
        """One HTTP call with the shared secret."""
        return self._client.request(method, self.url + path, json=body, params=params)

    def plan(self, **fields: Any) -> None:
        """Let the next calls misbehave: the fields of `openhall.demo.outside.Plan`."""
        self._has_plans = True
        self.call("POST", "/faults", fields).raise_for_status()

    def behave(self) -> None:
        """Forget the plans. Costs nothing when there are none, as after most tests."""
        if self._has_plans:
            self.call("DELETE", "/faults").raise_for_status()
            self._has_plans = False

    def balance(self, agreement: str) -> int:
        """What the bank account has, in fen."""
        return int(self.call("GET", f"/bank/accounts/{agreement}").json()["balance"])

    def set_balance(self, agreement: str, balance: int) -> None:
        """Decide what the bank account has, in fen."""
        self.call("PUT", f"/bank/accounts/{agreement}", {"balance": balance}).raise_for_status()

    def messages(self, phone: str) -> list[dict[str, Any]]:
        """Texts sent to a phone, newest first: [{at, text}]."""
        found: list[dict[str, Any]] = self.call("GET", "/sms", to=phone).json()
        return found


@pytest.fixture(scope="session")
def outside_program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OutsideProgram]:
    """One outside world per test worker."""
    program = OutsideProgram(tmp_path_factory.mktemp("outside"))
    program.start()
    yield program
    program.close()


@pytest.fixture
def outside(outside_program: OutsideProgram) -> Iterator[OutsideProgram]:
    """The outside world of this worker, well-behaved at the start of each test."""
    outside_program.behave()
    yield outside_program
    outside_program.behave()
