"""The promises of all packages, asked of the database: what `openhall check` shows."""

from collections.abc import Iterable
from typing import Any

import psycopg
from psycopg.rows import dict_row

from openhall.base.package import Check, Package


async def run(dsn: str, packages: Iterable[Package]) -> list[tuple[Check, list[dict[str, Any]]]]:
    """Every check with the rows that break it. All see one moment of the database, which goes on meanwhile."""
    async with await psycopg.AsyncConnection.connect(dsn, row_factory=dict_row) as connection:
        await connection.set_read_only(True)
        await connection.set_isolation_level(psycopg.IsolationLevel.REPEATABLE_READ)
        return [
            (check, await (await connection.execute(check.query.sql.encode(), {})).fetchall())
            for package in packages
            for check in package.checks
        ]
