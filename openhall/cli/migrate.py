"""`openhall migrate`, and the guard by which other commands refuse a database that is not migrated."""

import asyncio

from cyclopts import App

app = App(
    name="migrate",
    help_epilogue="Examples:\n\n"
    "    openhall migrate            before starting a new version\n\n"
    "    openhall migrate --check    in a deployment script: exit status 1 when something is to be done",
)


@app.default
def run(*, check: bool = False) -> int:
    """Bring the database to the state this openhall needs.

    Migrations go forward only, each in a transaction of its own. A database of a newer openhall is refused.

    Parameters
    ----------
    check
        Change nothing; list what would be done, and exit with status 1 when there is something.
    """
    from openhall.base import config, migrate
    from openhall.web.discover import modules

    settings = config.load()
    wanted = modules(demo=settings.demo)
    if check:
        pending = asyncio.run(migrate.pending(settings.database_url, wanted))
        for migration in pending:
            print(f"to do: {migration.package} {migration.name}")
        print(f"{len(pending)} migrations to do" if pending else "the database is up to date")
        return 1 if pending else 0
    done = asyncio.run(
        migrate.apply(settings.database_url, wanted, lambda migration: print(f"{migration.package} {migration.name}"))
    )
    print(f"{done} migrations done" if done else "the database was up to date")
    return 0
