"""The command line. Each command is a module of its own, and imports what is heavy only when it runs."""

import sys

from cyclopts import App

from openhall.cli import bench, check, demo, draws, migrate, names, operator, serve, version, work

app = App(
    name="openhall",
    help="The city's service hall: one account, one code, one ledger.\n\n"
    "Settings come from the environment (OPENHALL_DATABASE_URL, OPENHALL_SECRET, ...) or from the TOML file "
    "named by OPENHALL_CONFIG; docs/reference/settings.md lists them.",
    help_epilogue="Start here: `openhall demo` runs a whole city on this machine. "
    "`openhall COMMAND --help` shows the options and examples of a command.",
    version_flags=["--version"],
    version=version.text,
)
for command in (demo, serve, work, migrate, check, draws, operator, names, bench, version):
    app.command(command.app)


def main() -> None:
    """The console script `openhall`. What a person can put right is said in words, without a traceback."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as problem:
        if _can_be_put_right(problem):
            sys.exit(f"openhall: {problem}{_advice(problem)}")
        raise


def _advice(problem: Exception) -> str:
    from psycopg import OperationalError

    if not isinstance(problem, OperationalError):
        return ""
    return "\nThe database does not answer. Is it running? The one of the demo city runs while `make demo` does."


def _can_be_put_right(problem: Exception) -> bool:
    from psycopg import OperationalError

    from openhall.base.config import ConfigError
    from openhall.base.migrate import MigrationError
    from openhall.base.postgres_place import PostgresError

    return isinstance(problem, ConfigError | MigrationError | PostgresError | OperationalError)
