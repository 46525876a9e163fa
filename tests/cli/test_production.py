"""The production way: migrate, serve, work and check against a DSN, as processes."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from openhall.base.config import Settings
from tests.cli.test_help import openhall

PATIENCE_S = 60


@pytest.fixture
def environment(settings: Settings) -> dict[str, str]:
    """The settings of a demo hall, as a deployment writes them."""
    names = ("database_url", "secret", "demo", "cookie_secure", "bank_url", "bank_secret", "sms_url", "sms_secret")
    values = {f"OPENHALL_{name.upper()}": str(getattr(settings, name)).replace("True", "true") for name in names}
    return {"PATH": os.environ["PATH"], **values, "OPENHALL_COOKIE_SECURE": "false", "OPENHALL_LOG_LEVEL": "warning"}


@contextmanager
def running(environment: dict[str, str], log: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A command that keeps running; stopped at the end if it has not ended by itself."""
    with log.open("ab") as words:
        process = subprocess.Popen(
            [sys.executable, "-m", "openhall.cli", *arguments],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=words,
            stderr=words,
            process_group=0,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(PATIENCE_S)
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
        assert process.stdin is not None
        process.stdin.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask(port: int, method: str, path: str, body: object = None) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def wait_until_open(port: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            if ask(port, "GET", "/health/ready")[0] == 200:
                return
        except OSError:
            pass
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_serve_answers_and_stops_when_asked(environment: dict[str, str], tmp_path: Path, workers: str) -> None:
    log, port = tmp_path / "log", free_port()
    with running(environment, log, "serve", "--port", str(port), "--workers", workers) as process:
        wait_until_open(port, log)
        assert ask(port, "POST", "/api/v1/auth/otp", {"phone": "13812345678"})[0] == 202
        process.terminate()
        process.wait(PATIENCE_S)
    with pytest.raises(ConnectionRefusedError):
        ask(port, "GET", "/health/live")


def test_serve_refuses_a_taken_port_at_once(environment: dict[str, str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = openhall("serve", "--port", str(taken.getsockname()[1]), **environment)
    assert done.returncode == 1
    assert "Address already in use" in done.stderr


def test_serve_and_work_stop_with_the_program_that_started_them(environment: dict[str, str], tmp_path: Path) -> None:
    log, port = tmp_path / "log", free_port()
    with (
        running(environment, log, "serve", "--port", str(port), "--with-parent") as web,
        running(environment, log, "work", "--with-parent") as worker,
    ):
        wait_until_open(port, log)
        for process in (web, worker):
            assert process.stdin is not None
            process.stdin.close()
        for process in (web, worker):
            process.wait(PATIENCE_S)


def test_work_does_what_waits(environment: dict[str, str], database_url: str, tmp_path: Path) -> None:
    """A job of a killed worker, with a sign of life long past, is also done."""
    with psycopg.connect(database_url, autocommit=True, options="-c search_path=jobs") as conn:
        conn.execute("insert into procrastinate_workers (last_heartbeat) values (now() - interval '1 hour')")
        conn.execute(
            "insert into procrastinate_jobs (queue_name, task_name, args, status, worker_id) "
            "select 'default', 'people:sweep', '{\"timestamp\": 0}', 'doing', max(id) from procrastinate_workers"
        )
        with running(environment, tmp_path / "log", "work"):
            deadline = time.monotonic() + PATIENCE_S
            while conn.execute("select 1 from procrastinate_jobs where args->>'timestamp' = '0'").fetchone():
                assert time.monotonic() < deadline, (tmp_path / "log").read_text()
                time.sleep(0.05)


def test_migrate_brings_an_empty_database_up_to_date_and_check_says_so(
    environment: dict[str, str], cluster_dsn: str, database_url: str
) -> None:
    name = f"{psycopg.conninfo.conninfo_to_dict(database_url)['dbname']}_empty"
    with psycopg.connect(cluster_dsn, autocommit=True) as admin:
        admin.execute(f'create database "{name}"'.encode())
        try:
            environment["OPENHALL_DATABASE_URL"] = make_conninfo(cluster_dsn, dbname=name)
            before = openhall("migrate", "--check", **environment)
            assert (before.returncode, "to do: openhall.base 0001" in before.stdout) == (1, True)
            refused = openhall("serve", "--port", str(free_port()), **environment)
            assert (refused.returncode, "Run `openhall migrate` first" in refused.stderr) == (1, True)
            assert openhall("migrate", **environment).returncode == 0
            assert openhall("migrate", "--check", **environment).stdout == "the database is up to date\n"
        finally:
            admin.execute(f'drop database "{name}" with (force)'.encode())


def test_check_holds_in_a_new_hall_and_fails_when_the_books_were_touched(
    environment: dict[str, str], database_url: str
) -> None:
    sound = openhall("check", **environment)
    assert (sound.returncode, "The books agree." in sound.stdout) == (0, True), sound.stderr
    with psycopg.connect(database_url) as conn:
        conn.execute(
            "insert into ledger.accounts (id, kind, currency, opened_at, credits) "
            "values (gen_random_uuid(), 'wallet', 'CNY', now(), 5)"
        )
    broken = openhall("check", **environment)
    assert broken.returncode == 1
    assert "ledger.balances is broken by:" in broken.stdout
