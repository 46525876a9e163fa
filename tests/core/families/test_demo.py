"""The father and the daughter of the demo city."""

import pytest

from openhall.base import db
from openhall.base.config import Settings
from openhall.base.package import City
from openhall.core import families
from openhall.core.families import demo
from openhall.core.people import demo as people_demo

pytestmark = pytest.mark.anyio


async def test_the_daughter_acts_for_her_father_however_often_the_city_is_loaded(
    pool: db.Pool, settings: Settings
) -> None:
    city = City(settings=settings)
    for _ in range(2):
        async with pool.write() as conn:
            await people_demo.load(conn, city)
            await demo.load(conn, city)
    async with pool.read() as conn:
        (living,) = await families.living_links(conn, city.residents["stall_owner"])
    assert (living.resident, living.called) == (city.residents["named"], "李国强")
