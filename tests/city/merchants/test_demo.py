"""The demo city's stall."""

import pytest

from openhall.base import db
from openhall.base.config import Settings
from openhall.base.package import City
from openhall.city import merchants
from openhall.city.merchants import demo
from openhall.core.people import demo as people_demo

pytestmark = pytest.mark.anyio


async def test_the_stall_is_there_once_however_often_the_city_is_loaded(pool: db.Pool, settings: Settings) -> None:
    city = City(settings=settings)
    for _ in range(2):
        async with pool.write() as conn:
            await people_demo.load(conn, city)
            await demo.load(conn, city)
    async with pool.read() as conn:
        (stall,) = await merchants.shops_of(conn, owner=city.residents["stall_owner"])
        (fruit,) = await merchants.shops_of(conn, owner=city.residents["colleague"])
    assert (fruit.name, fruit.category) == (demo.FRUIT, "5499"), "where the keeper of the stall can pay"
    assert (stall.name, stall.category, stall.city) == (demo.STALL, "5814", settings.city_zh)
