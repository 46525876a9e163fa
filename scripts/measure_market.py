"""How long the demo market takes to be made, and its pages to be drawn: `python -m scripts.measure_market FOLDER`.

Makes a PostgreSQL of its own in FOLDER, with the settings of `openhall demo`, and removes it at the end. Beside the
time on the clock it prints the processor time of PostgreSQL and of this process, which other programs change less.
Pages are asked for over the whole application, in this process, each thirty times.
"""

import asyncio
import os
import statistics
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import httpx

from openhall.base import checks, clock, db
from openhall.base.config import Settings
from openhall.base.postgres import Cluster
from openhall.core import people
from openhall.demo import market
from openhall.demo.load import load
from openhall.web.app import create_app
from openhall.web.discover import packages

TIMES = 30
_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_of(parent: int) -> float:
    """Seconds of processor time of the children of a process, those that have ended too."""
    used = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            used += (int(fields[11]) + int(fields[12])) / _TICKS
        if int(stat.parent.name) == parent:
            used += (int(fields[13]) + int(fields[14])) / _TICKS
    return used


async def made(settings: Settings, server: int) -> market.Made:
    """Make the market, and say what each part took."""
    hooks = [hook for package in packages(demo=True) for hook in package.on_joined]
    pool = db.Pool(settings.database_url, 2)
    await pool.open()
    began, at_work = time.monotonic(), cpu_of(server) + time.process_time()
    ends: dict[str, tuple[float, float]] = {}

    def report(step: str) -> None:
        ends[step] = (time.monotonic() - began, cpu_of(server) + time.process_time() - at_work)

    try:
        done = await market.build(pool, settings, market.Size(), report, hooks)
    finally:
        await pool.close()
    report("all of it")
    for step, (seconds, cpu) in ends.items():
        print(f"{step:18} until {seconds:6.1f} s, {cpu:6.1f} s of processor time")
    return done


async def pages(settings: Settings, server: int, manager: str, which: list[str]) -> None:
    """Ask for each page thirty times, and say how long it took."""
    app = create_app(settings)
    transport = httpx.ASGITransport(cast("Any", app))
    async with app.lifespan(), httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        async with app.state.pool.write() as conn:
            resident = await people.resident_with(conn, manager)
            assert resident is not None
            token, _ = await people.begin(
                conn, settings, resident=resident.id, kind=people.SessionKind.PAGE, user_agent=None
            )
        client.cookies.set(people.COOKIE, token)
        for path in which:
            took: list[float] = []
            at_work = cpu_of(server) + time.process_time()
            for _ in range(TIMES):
                began = time.monotonic()
                answer = await client.get(path)
                took.append((time.monotonic() - began) * 1000)
                assert answer.status_code == 200, answer.text
            cpu = (cpu_of(server) + time.process_time() - at_work) / TIMES * 1000
            took.sort()
            clock_says = f"median {statistics.median(took):6.1f} ms, best {took[0]:.1f}, worst {took[-1]:.1f}"
            print(f"{path[:80]:80} {clock_says}; {cpu:.1f} ms of processor time each")


async def main(dsn: str, server: int) -> None:
    """All of it, and `openhall check` on what was made."""
    settings = Settings(database_url=dsn, secret="x" * 32, demo=True, cookie_secure=False, log_level="error")
    await load(settings)
    done = await made(settings, server)
    print(f"{done.payments:,} payments, {done.transfers:,} transfers; {clock.now():%Y-%m-%d %H:%M} UTC")
    here = f"/markets/{done.market}"
    views = [here, f"{here}?on={done.first + timedelta(days=31)}", f"{here}?view=week", f"{here}?view=day"]
    await pages(settings, server, market.MANAGER_PHONE, [*views, f"{here}/shops", f"{here}/manage"])
    began = time.monotonic()
    broken = [check.name for check, rows in await checks.run(dsn, packages(demo=True)) if rows]
    print(f"checks: {time.monotonic() - began:.1f} s, broken: {broken}")


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    # The account under which root's server runs has to pass.
    folder.chmod(0o711)
    cluster = Cluster(folder)
    try:
        source = cluster.start()
        (pid_file,) = folder.rglob("postmaster.pid")
        asyncio.run(main(source, int(pid_file.read_text().splitlines()[0])))
    finally:
        cluster.wipe()
