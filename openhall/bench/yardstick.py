"""The yardstick: PostgreSQL's own pgbench, TPC-B script, durable commits, on the server under test."""

import re
import subprocess
from pathlib import Path

from msgspec import Struct
from psycopg.conninfo import conninfo_to_dict

_TPS = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)


class Yardstick(Struct, frozen=True):
    """How pgbench is run: `scale` times 100,000 accounts, `clients` connections, `seconds` a run.

    The scale is not below the number of clients' usual share of contention: each of TPC-B's transactions updates one of
    `scale` branch rows, so a small scale would make the yardstick slow and us look quick.
    """

    programs: Path
    dsn: str
    scale: int
    clients: int
    seconds: int

    def prepare(self) -> None:
        """Create pgbench's own tables."""
        self._run("-i", "-q", "-s", str(self.scale))

    def tps(self) -> float:
        """Transactions a second of one run, prepared statements, without the time to connect."""
        clients = str(self.clients)
        printed = self._run("-c", clients, "-j", "2", "-M", "prepared", "-T", str(self.seconds), "-n")
        found = _TPS.search(printed)
        if found is None:
            raise RuntimeError(f"pgbench printed no tps: {printed[-500:]}")
        return float(found[1])

    def _run(self, *arguments: str) -> str:
        parts = {name: str(value) for name, value in conninfo_to_dict(self.dsn).items() if value is not None}
        # The password goes by the environment: a command line can be read by everybody on the machine.
        environment = {"PGPASSWORD": parts.get("password", ""), "PATH": "/usr/bin:/bin"}
        where = ["-h", parts.get("host", ""), "-p", parts.get("port", "5432"), "-U", parts.get("user", "")]
        done = subprocess.run(
            [str(self.programs / "pgbench"), *where, *arguments, parts["dbname"]],
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout
