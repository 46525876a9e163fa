"""`openhall demo market`: makes the market with a past in the city that runs, and shows how far it is."""

import asyncio
import os
import time
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from openhall.base import config, db, jobs, migrate
from openhall.core import ledger
from openhall.demo import market
from openhall.web.discover import modules, packages

_MOST_SHOPS, _MOST_DAYS = 2_600, 365


def main(*, data: Path, shops: int, days: int) -> int:
    """The exit status; what a person can put right is said in words."""
    console = Console(highlight=False)
    settings_file = data.absolute() / "hall.toml"
    if not settings_file.exists():
        console.print(f"[red]openhall:[/] there is no demo city in {data}. Start it with `openhall demo` first.")
        return 1
    if not (1 <= shops <= _MOST_SHOPS and 1 <= days <= _MOST_DAYS):
        console.print(f"[red]openhall:[/] 1 to {_MOST_SHOPS} shops and 1 to {_MOST_DAYS} days, please.")
        return 1
    os.environ["OPENHALL_CONFIG"] = str(settings_file)
    size = market.Size(shops=shops, days=days, buyers=max(40, shops * 5 // 2))
    began = time.monotonic()
    try:
        made = asyncio.run(_build(config.load(), size, console))
    except market.ExistsError as problem:
        console.print(f"[yellow]![/] {problem}. Its manager is {_manager()}.")
        return 0
    seconds = time.monotonic() - began
    console.print(
        f"[green]✓[/] {market.NAME}: {shops:,} shops, {made.payments:,} payments from {made.first} to {made.last}, "
        f"{made.transfers:,} transfers [dim]{seconds:.1f} s[/]\n"
        f"  Sign in as {_manager()} and open My markets.",
        soft_wrap=True,
    )
    return 0


def _manager() -> str:
    return f"{market.MANAGER}, phone {market.MANAGER_PHONE.removeprefix('+86')}"


async def _build(settings: config.Settings, size: market.Size, console: Console) -> market.Made:
    found = packages(demo=True)
    pending = await migrate.pending(settings.database_url, modules(demo=True))
    if pending:
        raise migrate.MigrationError("the city is of an older openhall. Start `openhall demo` again first.")
    jobs.register(found)
    ledger.use_calendar(settings.zone, settings.cutoff)
    pool = db.Pool(settings.database_url, 2)
    await pool.open()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    try:
        with Progress(*columns, console=console, transient=True) as progress:
            bar = progress.add_task("people and shops", total=size.steps)

            def report(step: str) -> None:
                progress.update(bar, advance=1, description=step)

            hooks = [hook for package in found for hook in package.on_joined]
            return await market.build(pool, settings, size, report, hooks)
    finally:
        await pool.close()
