"""The hall under test: a PostgreSQL of its own, the server as `openhall serve` runs it, and the proof afterwards."""

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from openhall.base import checks
from openhall.base.config import Settings
from openhall.base.postgres import Cluster
from openhall.base.postgres_place import programs_folder
from openhall.bench.yardstick import Yardstick
from openhall.web.discover import packages

WORKERS = 2


@contextmanager
def benched(scale: int, clients: int, seconds: int) -> Iterator[tuple[Yardstick, Settings]]:
    """A PostgreSQL of its own with the settings of `openhall demo`, gone afterwards: the yardstick, prepared, and the
    settings of an empty hall beside it."""
    with tempfile.TemporaryDirectory(prefix="openhall-bench-") as folder:
        cluster = Cluster(Path(folder))
        try:
            dsn = cluster.start()
            with psycopg.connect(dsn, autocommit=True) as admin:
                admin.execute(b"create database yardstick")
                admin.execute(b"create database hall")
            dsn_of_yardstick = make_conninfo(dsn, dbname="yardstick")
            yardstick = Yardstick(programs_folder(18), dsn_of_yardstick, scale, clients, seconds)
            yardstick.prepare()
            hall = Settings(
                database_url=make_conninfo(dsn, dbname="hall"),
                secret=secrets.token_urlsafe(),
                log_level="error",
                payment_max=10**12,
                bank_files=str(Path(folder, "bank")),
                bank_account="1000000000",
                payout_batches="at_once",
            )
            yield yardstick, hall
        finally:
            cluster.wipe()


@contextmanager
def served(hall: Settings) -> Iterator[int]:
    """The hall as `openhall serve` runs it, on a free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    others = {name: value for name, value in os.environ.items() if not name.startswith("OPENHALL_")}
    environment = others | {
        "OPENHALL_DATABASE_URL": hall.database_url,
        "OPENHALL_SECRET": hall.secret,
        "OPENHALL_LOG_LEVEL": "error",
        "OPENHALL_PAYMENT_MAX": str(hall.payment_max),
    }
    command = [sys.executable, "-m", "openhall.cli", "serve", "--port", str(port), "--workers", str(WORKERS)]
    server = subprocess.Popen(command, env=environment, start_new_session=True)
    try:
        _wait_until_ready(server, port)
        yield port
    finally:
        server.terminate()
        server.wait(30)


def _wait_until_ready(server: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError(f"the server of the benchmark ended with {server.returncode}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError("the server of the benchmark did not become ready")


async def nothing_lost(hall: Settings) -> None:
    """Every acknowledged payment is there once, and the books agree: the checks of production prove it."""
    for check, broken in await checks.run(hall.database_url, packages(demo=False)):
        if broken:
            raise RuntimeError(f"after the benchmark {check.name} is broken: {broken[:3]}")
