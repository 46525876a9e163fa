"""The hall as people run it: `openhall serve` and `openhall work` as processes of their own, against a real database.

A test pulls the levers: stop, kill -9, start again, one more server beside the first. Whatever happens in the test,
`Served.close` ends every process it started, and nothing else.
"""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from openhall.base import tls
from openhall.demo.run import HALL_ACCOUNT
from tests.outside_fixture import OutsideProgram

# Seconds; generous, because machines differ and nothing here is about speed.
PATIENCE_S = 120


class Program:
    """One `openhall` command that keeps running, in a process group of its own."""

    def __init__(self, environment: dict[str, str], log: Path, *arguments: str) -> None:
        self._environment = environment
        self._log = log
        self._arguments = arguments
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        assert self._process is None, "it runs already"
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "openhall.cli", *self._arguments, "--with-parent"],
                env=self._environment,
                # Closed by the system when the test run ends, however it ends; the program watches it.
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                process_group=0,
            )

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def words(self) -> str:
        """What it wrote, for the message of a failing test."""
        return self._log.read_text(encoding="utf-8", errors="replace") if self._log.exists() else ""

    def ask_to_stop(self) -> None:
        """SIGTERM, and do not wait."""
        assert self._process is not None
        self._process.terminate()

    def wait(self) -> int:
        """Wait until it has ended; its exit status."""
        assert self._process is not None
        code = self._process.wait(PATIENCE_S)
        self._let_go()
        return code

    def stop(self) -> int:
        """Ask it to stop and wait; its exit status."""
        self.ask_to_stop()
        return self.wait()

    def kill(self) -> None:
        """kill -9, its own worker processes too: nobody gets to finish anything."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._let_go()

    def close(self) -> None:
        """End it in any case."""
        if self._process is None:
            return
        try:
            self.stop()
        except subprocess.TimeoutExpired:
            self.kill()

    def _let_go(self) -> None:
        assert self._process is not None
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process = None


class Web(Program):
    """A server process at its own port."""

    def __init__(self, environment: dict[str, str], log: Path, port: int, workers: int = 1) -> None:
        super().__init__(environment, log, "serve", "--port", str(port), "--workers", str(workers))
        self.port = port
        # By its name: for browsers this is a secure context, so that the camera works.
        self.url = f"http://localhost:{port}"

    def wait_until_ready(self) -> None:
        wait_for(lambda: self._is_ready() or not self.is_alive, f"the hall at {self.url}")
        assert self.is_alive, self.words()

    def _is_ready(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/health/ready")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


class Served:
    """A served hall: its web process, its worker, its database and the outside world."""

    def __init__(self, database_url: str, outside: OutsideProgram, folder: Path, *, workers: int = 1) -> None:
        self.database_url = database_url
        self.outside = outside
        self.folder = folder
        port = free_port()
        self.environment = environment(database_url, outside, f"http://localhost:{port}") | bank_files(folder)
        self.web = Web(self.environment, folder / "web.log", port, workers)
        self.worker = Program(self.environment, folder / "work.log", "work")
        self._more: list[Web] = []

    @property
    def url(self) -> str:
        return self.web.url

    def start(self) -> None:
        self.worker.start()
        self.web.start()
        self.web.wait_until_ready()

    def another_web(self) -> Web:
        """A second server for the same hall, at a port of its own."""
        port = free_port()
        web = Web(self.environment, self.folder / f"web-{port}.log", port)
        self._more.append(web)
        web.start()
        web.wait_until_ready()
        return web

    def load_demo_city(self) -> None:
        """What `openhall demo` loads: two people, a stall."""
        command = [sys.executable, "-m", "openhall.demo.load", str(self.folder / "city.json")]
        subprocess.run(command, env=self.environment, check=True, stdin=subprocess.DEVNULL)

    def check(self) -> subprocess.CompletedProcess[str]:
        """`openhall check`."""
        return openhall(self.environment, "check")

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=30, trust_env=False, verify=tls.context())

    def close(self) -> None:
        """End every process."""
        for program in (*self._more, self.web, self.worker):
            program.close()


def environment(database_url: str, outside: OutsideProgram, public_url: str) -> dict[str, str]:
    """The settings of a demo hall as a deployment writes them, and no others."""
    settings = {
        "DATABASE_URL": database_url,
        "SECRET": "a secret for tests only, 32 characters and more",
        "DEMO": "true",
        "COOKIE_SECURE": "false",
        "PUBLIC_URL": public_url,
        "BANK_URL": f"{outside.url}/bank",
        "BANK_SECRET": outside.secret,
        "BANK_TIMEOUT_S": "3",
        "IDENTITY_KEYS": "test:YSBrZXkgZm9yIHRlc3RzIG9ubHksIDMyIGJ5dGVzIGw=",
        "REGISTER_URL": f"{outside.url}/register",
        "REGISTER_SECRET": outside.secret,
        "NAMES_PER_ADDRESS": "10000",
        "SMS_URL": outside.url,
        "SMS_SECRET": outside.secret,
        "MAIL_URL": outside.url,
        "MAIL_SECRET": outside.secret,
        "CARDS_URL": f"{outside.url}/cards",
        "CARDS_SECRET": outside.secret,
        "WEBHOOKS_TO_LOOPBACK": "true",
        "OTP_PER_ADDRESS": "10000",
        "OTP_PER_PHONE": "1000",
        "OTP_PER_PHONE_DAY": "10000",
        # Operators of a demo hall act by a code; that others need a passkey is tested by itself.
        "OPERATOR_LEVEL": "1",
        "LOG_LEVEL": "warning",
        "LOG_FORMAT": "text",
    }
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return kept | {f"OPENHALL_{name}": value for name, value in settings.items()}


def bank_files(folder: Path) -> dict[str, str]:
    """The settings of a folder that the hall and its bank share."""
    settings = {"FILES": str(folder / "bank"), "ACCOUNT": HALL_ACCOUNT}
    return {f"OPENHALL_BANK_{name}": value for name, value in settings.items()} | {"OPENHALL_PAYOUT_BATCHES": "at_once"}


def openhall(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command that ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", "openhall.cli", *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@contextmanager
def served(database_url: str, outside: OutsideProgram, folder: Path, *, workers: int = 1) -> Iterator[Served]:
    """A running hall over a migrated database, for as long as the block lasts."""
    hall = Served(database_url, outside, folder, workers=workers)
    try:
        hall.start()
        yield hall
    finally:
        hall.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(done: Callable[[], object], what: str, patience: float = PATIENCE_S) -> None:
    """Wait until `done()` is true; fail with the name of what did not come."""
    deadline = time.monotonic() + patience
    while not done():
        assert time.monotonic() < deadline, f"{what} did not come within {patience} seconds"
        time.sleep(0.05)
