"""`openhall check`."""

import asyncio

from cyclopts import App

app = App(
    name="check",
    help_epilogue="Examples:\n\n"
    "    OPENHALL_CONFIG=/etc/openhall.toml openhall check\n\n"
    "    OPENHALL_CONFIG=data/hall.toml openhall check    the city of `make demo`, while it runs",
)


@app.default
def run() -> int:
    """Prove that the books agree: every promise of the ledger and of the services, asked of the database itself.

    Changes nothing and may run at any time. Exit status 1 when a promise is broken, and then the rows that break it
    are shown.
    """
    from rich.console import Console
    from rich.table import Table

    from openhall.base import checks, config
    from openhall.web.discover import packages

    settings = config.load()
    results = asyncio.run(checks.run(settings.database_url, packages(demo=settings.demo)))
    table = Table("", "check", "what it promises", box=None)
    for check, broken in results:
        table.add_row("[red]broken[/]" if broken else "[green]holds[/]", check.name, check.promise)
    console = Console()
    console.print(table)
    breaches = [(check, broken) for check, broken in results if broken]
    for check, broken in breaches:
        console.print(f"\n[red]{check.name}[/] is broken by:")
        for row in broken[:10]:
            console.print(f"  {row}", markup=False)
    console.print(f"\n{len(breaches)} of {len(results)} promises are broken." if breaches else "\nThe books agree.")
    return 1 if breaches else 0
