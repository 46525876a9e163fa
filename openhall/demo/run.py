"""`openhall demo`: starts a whole city in the right order, watches over it, and stops it in the right order.

The launcher itself imports little, so that a later start is a matter of seconds; what needs the whole hall runs in
processes of its own.
"""

import hashlib
import http.client
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import tomllib
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

import openhall
from openhall.base.postgres import Cluster
from openhall.base.postgres_place import PostgresError
from openhall.demo import welcome
from openhall.demo.claim import RefusedError, claimed
from openhall.demo.outside.keys import secret as outside_secret
from openhall.demo.processes import DiedError, Program, environment

# The hall's own account at the demo bank. Said here because the launcher imports nothing of the hall.
HALL_ACCOUNT = "6200000999999999991"
# Seconds in which the hall must open once its programs have started; machines differ, and a first start compiles.
OPENS_WITHIN_S = 90


class Stopped(Exception):  # noqa: N818  not an error: somebody asked for it
    """Ctrl-C, or SIGTERM."""


def main(*, port: int, data: Path, reset: bool) -> int:
    """Run the city until somebody stops it; the exit status."""
    console = Console(highlight=False)
    try:
        with claimed(data.absolute(), port):
            return Demo(console, port, data.absolute()).run(reset=reset)
    except (RefusedError, PostgresError, DiedError) as problem:
        console.print(f"[red]openhall:[/] {problem}", soft_wrap=True)
        return 1


class Demo:
    """One running demo city."""

    def __init__(self, console: Console, port: int, data: Path) -> None:
        self._console = console
        self._port = port
        self._data = data
        self._cluster = Cluster(data)
        self._settings = data / "hall.toml"
        self._facts = data / "city.json"
        self._stamp = data / "city.stamp"
        self._asked_to_stop = False
        outside = ["openhall.demo.outside", "--data", str(data / "outside")]
        self._outside_port = _free_port()
        self._outside = self._program("bank, SMS and register", "outside", *outside, "--port", str(self._outside_port))
        clearing = ["openhall.demo.clearing", "--files", str(data / "bank"), "--data", str(data / "clearing")]
        self._clearing = self._program("the bank's files", "clearing", *clearing, "--account", HALL_ACCOUNT)
        self._worker = self._program("background work", "work", "openhall.cli", "work")
        serve = ["openhall.cli", "serve", "--host", "0.0.0.0", "--port", str(port)]
        self._web = self._program("pages and API", "web", *serve)

    def _program(self, title: str, log: str, *arguments: str) -> Program:
        return Program(title, list(arguments), self._data / "logs" / f"{log}.log", self._settings)

    def run(self, *, reset: bool) -> int:
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, self._ask_to_stop)
        try:
            if reset:
                with self._step("Forgetting the old city"):
                    self._forget()
            self._start()
            welcome.show(self._console, self._port, self._facts, self._settings)
            while True:
                self._watch()
                self._pause(0.3)
        except Stopped:
            return 0
        finally:
            self._stop()

    def _ask_to_stop(self, *_: object) -> None:
        # Only remembered here, so that no step is torn in the middle.
        self._asked_to_stop = True

    def _pause(self, seconds: float) -> None:
        """Wait a little, or be Stopped."""
        if not self._asked_to_stop:
            time.sleep(seconds)
        if self._asked_to_stop:
            raise Stopped

    def _report(self, message: str) -> None:
        self._console.print(f"[yellow]![/] {message}")
        self._pause(0)

    @contextmanager
    def _step(self, title: str) -> Iterator[None]:
        began = time.monotonic()
        with self._console.status(title):
            yield
        self._console.print(f"[green]✓[/] {title} [dim]{time.monotonic() - began:.1f} s[/]")
        self._pause(0)

    def _start(self) -> None:
        shutil.rmtree(self._data / "logs", ignore_errors=True)
        self._outside.start()
        with self._step("PostgreSQL"):
            self._write_settings(self._cluster.start(self._report))
        if self._has_changed():
            with self._step("The demo city: its tables, people and shops"):
                self._load()
        self._clearing.start()
        self._worker.start()
        self._web.start()
        with self._step("Pages, API, background work, a bank, an SMS gateway and a register"):
            self._wait_until_open()

    def _write_settings(self, dsn: str) -> None:
        """The file that the programs of this city read, and `OPENHALL_CONFIG=data/hall.toml openhall check` too."""
        try:
            kept = tomllib.loads(self._settings.read_text(encoding="utf-8"))
        except FileNotFoundError:
            kept = {}
        outside = f"http://127.0.0.1:{self._outside_port}"
        key = outside_secret(self._data / "outside")
        values = {
            "database_url": dsn,
            "secret": kept.get("secret") or secrets.token_urlsafe(32),
            "identity_keys": kept.get("identity_keys") or f"demo:{b64encode(secrets.token_bytes(32)).decode()}",
            "register_url": f"{outside}/register",
            "register_secret": key,
            "demo": True,
            "cookie_secure": False,
            "public_url": f"http://localhost:{self._port}",
            "bank_url": f"{outside}/bank",
            "bank_secret": key,
            "bank_files": str(self._data / "bank"),
            "bank_account": HALL_ACCOUNT,
            "payout_batches": "at_once",
            "sms_url": outside,
            "sms_secret": key,
            "mail_url": outside,
            "mail_secret": key,
            "cards_url": f"{outside}/cards",
            "cards_secret": key,
            "webhooks_to_loopback": True,
            # Everybody here comes from the same address, and the two people of the city sign in all day.
            "otp_per_address": 1000,
            "otp_per_phone_day": 1000,
            # Whoever tries the counter out has no passkey of its operators.
            "operator_level": 1,
            "names_per_resident": 1000,
            "names_per_address": 1000,
            "log_level": "warning",
            "log_format": "text",
        }
        # JSON's strings, numbers and truth values are also TOML's.
        lines = [f"{name} = {json.dumps(value)}" for name, value in values.items()]
        half = self._settings.with_suffix(".new")
        half.unlink(missing_ok=True)
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write("\n".join(["# Written by `openhall demo` at every start; for this demo only.", *lines, ""]))
        half.rename(self._settings)

    def _has_changed(self) -> bool:
        if not self._facts.exists():
            return True
        return not self._stamp.exists() or self._stamp.read_text(encoding="utf-8") != _fingerprint()

    def _load(self) -> None:
        before = _fingerprint()
        command = [sys.executable, "-m", "openhall.demo.load", str(self._facts)]
        with (self._data / "logs" / "load.log").open("w+") as log:
            loading = subprocess.Popen(
                command,
                env=environment(self._settings),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
            )
            try:
                while loading.poll() is None:
                    self._pause(0.02)
            except Stopped:
                loading.terminate()
                loading.wait()
                raise
            if loading.returncode != 0:
                log.seek(0)
                raise DiedError(f"the demo city could not be loaded.\n{log.read()[-2000:]}")
        self._stamp.write_text(before, encoding="utf-8")

    def _wait_until_open(self) -> None:
        deadline = time.monotonic() + OPENS_WITHIN_S
        while not self._is_open():
            for program in (self._web, self._worker, self._clearing, self._outside):
                program.must_live()
            if time.monotonic() > deadline:
                raise DiedError(f"the hall did not open within {OPENS_WITHIN_S} seconds.\n{self._web.last_words()}")
            self._pause(0.05)

    def _is_open(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=5)
        try:
            connection.request("GET", "/health/ready")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _watch(self) -> None:
        """Whatever has died is started again."""
        if not self._cluster.is_alive():
            self._report("PostgreSQL has ended and is started again")
            self._cluster.start(self._report)
        for program in (self._outside, self._clearing, self._worker, self._web):
            program.keep_alive(self._report)

    def _stop(self) -> None:
        """Nobody asks any more, then nobody works any more, then the database."""
        with self._console.status("Stopping"):
            for program in (self._web, self._worker, self._clearing, self._outside):
                program.stop()
            self._cluster.stop(always=True)
        self._console.print("Everything has stopped. The city is kept; the next start goes on with it.")

    def _forget(self) -> None:
        """Delete what we made in the data folder, and nothing else."""
        self._cluster.wipe()
        for folder in ("outside", "clearing", "bank", "logs"):
            shutil.rmtree(self._data / folder, ignore_errors=True)
        for file in (self._settings, self._facts, self._stamp):
            file.unlink(missing_ok=True)


def _fingerprint() -> str:
    """Changes when openhall's code changes: then the database may have to be migrated."""
    root = Path(openhall.__file__).parent
    digest = hashlib.sha256(openhall.__version__.encode())
    for file in sorted([*root.rglob("*.py"), *root.rglob("*.sql")]):
        status = file.stat()
        digest.update(f"{file} {status.st_mtime_ns} {status.st_size}\n".encode())
    return digest.hexdigest()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
