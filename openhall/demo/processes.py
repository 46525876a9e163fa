"""The programs that make up a running demo city, each in a process group of its own, started again when one dies."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

# A program that dies more often than this within the time is not started again.
RESTARTS = 5
WITHIN_S = 60
# Seconds in which a program may finish what it is doing when it is asked to stop.
PATIENCE_S = 10


class DiedError(RuntimeError):
    """A program of the city does not stay alive; the message has its last words."""


class Program:
    """One program: `python -m module ...`, its words in a log file. It also stops when we are gone, however we went."""

    def __init__(self, title: str, arguments: list[str], log: Path, settings: Path) -> None:
        self.title = title
        self.arguments = arguments
        self._log = log
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._starts: list[float] = []

    def start(self) -> None:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *self.arguments, "--with-parent"],
                env=environment(self._settings),
                # Closed by the system when we end, even by kill -9; the program watches it.
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                # A Ctrl-C is for us alone; we stop the programs in their order.
                process_group=0,
            )
        self._starts.append(time.monotonic())

    def keep_alive(self, report: Callable[[str], None]) -> None:
        """Start it again if it has died; DiedError when that happens too often."""
        if self._process is None or self._process.poll() is None:
            return
        code = self._process.returncode
        recent = [start for start in self._starts if time.monotonic() - start < WITHIN_S]
        if len(recent) > RESTARTS:
            raise DiedError(f"{self.title} ended {len(recent)} times within {WITHIN_S} seconds.\n{self.last_words()}")
        report(f"{self.title} has ended ({_how(code)}) and is started again")
        self._let_go()
        self.start()

    def must_live(self) -> None:
        """DiedError when it has ended: while the city starts, a second try would end the same way."""
        if self._process is not None and self._process.poll() is not None:
            raise DiedError(f"{self.title} could not start ({_how(self._process.returncode)}).\n{self.last_words()}")

    def stop(self) -> None:
        """Ask it to stop, and wait; kill it when it takes too long."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
        self._let_go()
        self._process = None

    def last_words(self) -> str:
        try:
            lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]
        except FileNotFoundError:
            lines = []
        return "\n".join([*lines, f"(all of it: {self._log})"])

    def _let_go(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()


def environment(settings: Path) -> dict[str, str]:
    """Our environment with the demo's settings and no others: somebody's real database must not become the demo's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OPENHALL_")}
    return {**kept, "OPENHALL_CONFIG": str(settings), "PYTHONUNBUFFERED": "1"}


def _how(code: int) -> str:
    return f"exit status {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"
