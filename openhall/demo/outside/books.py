"""The SQLite file under the bank and the SMS gateway: one connection, one lock, one transaction at a time."""

import re
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from openhall.demo.outside.faults import PLAIN, Plan, Planned

Row = dict[str, Any]
_SQL = Path(__file__).with_name("books.sql")


def now() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


class Books:
    """What the outside world remembers. A method `run` or `rows` is called inside `with books.transaction():`.

    `sql` holds the named statements, one of them `schema`.
    """

    def __init__(self, path: Path, sql: Path = _SQL) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        parts = re.split(r"^-- name: (\w+)$", sql.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
        self._statements = dict(zip(parts[::2], parts[1::2], strict=True))
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._lock = threading.RLock()
        self._db.execute("pragma journal_mode = wal")
        self._db.execute("pragma synchronous = full")
        self._db.executescript(self._statements["schema"])

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside happens or nothing does; other threads wait."""
        with self._lock:
            self._db.execute("begin immediate")
            try:
                yield
            except BaseException:
                self._db.execute("rollback")
                raise
            self._db.execute("commit")

    def rows(self, name: str, /, **values: object) -> list[Row]:
        """The rows that the named statement returns."""
        return [dict(row) for row in self._db.execute(self._statements[name], values)]

    def row(self, name: str, /, **values: object) -> Row | None:
        """The first row, or None."""
        found = self.rows(name, **values)
        return found[0] if found else None

    def run(self, name: str, /, **values: object) -> int:
        """Run the named statement; how many rows it changed."""
        return self._db.execute(self._statements[name], values).rowcount

    def close(self) -> None:
        """Close the file, after a running transaction has ended."""
        with self._lock:
            self._db.close()

    def add_plan(self, plan: Plan) -> None:
        """Put a fault plan behind those already in force."""
        with self.transaction():
            self.run("add_plan", kind=plan.on, who=plan.who, left=plan.times, body=msgspec.json.encode(plan).decode())

    def next_plan(self, kind: str, who: str | None) -> Plan:
        """The plan for this call, counted down; `PLAIN` when there is none."""
        with self.transaction():
            found = self.row("next_plan", kind=kind, who=who)
            if found is None:
                return PLAIN
            self.run("use_plan", id=found["id"])
        return msgspec.json.decode(found["body"], type=Plan)

    def plans(self) -> list[Planned]:
        """Plans still in force, in the order in which they will be used."""
        with self.transaction():
            found = self.rows("plans")
        return [Planned(row["id"], row["left"], msgspec.json.decode(row["body"], type=Plan)) for row in found]

    def clear_plans(self) -> None:
        """Behave again."""
        with self.transaction():
            self.run("clear_plans")

    def add_message(self, recipient: str, text: str, key: str | None) -> None:
        """Deliver a message to a demo phone; one with a key that was here before is the same message."""
        with self.transaction():
            self.run("add_message", at=now(), recipient=recipient, text=text, key=key)

    def messages(self, recipient: str) -> list[Row]:
        """The last 50 messages of a demo phone, newest first: at (milliseconds), text."""
        with self.transaction():
            return self.rows("messages", recipient=recipient)
