"""Bring the demo's database up to date and load the demo city: `python -m openhall.demo.load facts.json`.

A program of its own, because it imports the whole hall: the launcher calls it only when something has changed.
"""

import asyncio
import sys
from pathlib import Path

import msgspec
from msgspec import Struct

from openhall.base import config, db, jobs, migrate
from openhall.base.package import City
from openhall.city import merchants
from openhall.core import ledger, people
from openhall.core.people.demo import PEOPLE
from openhall.demo import market, takings
from openhall.web.discover import modules, packages


class Known(Struct, frozen=True):
    """Somebody one can be: how they sign in, and what there is to try."""

    phone: str
    name: str
    note: str


class Facts(Struct, frozen=True):
    """What the launcher prints of the city: whom the demo page names, and the path of the stall's till."""

    people: list[Known]
    manager: Known  # of the wholesale market, who is there once that was loaded
    till: str


async def load(settings: config.Settings) -> Facts:
    """Migrate and load. Safe to repeat: what is there already stays as it is."""
    await migrate.apply(settings.database_url, modules(demo=True))
    found = packages(demo=True)
    jobs.register(found)
    ledger.use_calendar(settings.zone, settings.cutoff)
    pool = db.Pool(settings.database_url, 2)
    await pool.open()
    await jobs.open(pool)
    try:
        async with pool.write() as conn:
            city = City(settings=settings, on_joined=[hook for package in found for hook in package.on_joined])
            for package in found:
                if package.demo:
                    await package.demo(conn, city)
            (stall,) = await merchants.shops_of(conn, owner=city.residents["stall_owner"])
            guest = await people.resident(conn, city.residents["city_office"])
        sources = [source for package in found for source in package.payees]
        await takings.load(pool, settings, sources, stall, guest)
        return _facts(stall)
    finally:
        await jobs.close()
        await pool.close()


def _facts(stall: merchants.Shop) -> Facts:
    return Facts(
        people=[Known(phone.removeprefix("+86"), name, note) for _, phone, name, note in PEOPLE],
        manager=Known(market.MANAGER_PHONE.removeprefix("+86"), market.MANAGER, market.MANAGER_NOTE),
        till=f"/shops/{stall.id}/till",
    )


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(msgspec.json.encode(asyncio.run(load(config.load()))))
