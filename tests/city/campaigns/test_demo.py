"""The offers of the demo city."""

from datetime import timedelta

import pytest

from openhall.base import clock
from openhall.base.package import City
from openhall.core.people.actions import messages
from openhall.web.discover import packages
from tests.city.campaigns.sponsor import FRIDAY
from tests.hall import Hall

pytestmark = pytest.mark.anyio


async def test_breakfast_costs_a_fen_on_friday_and_less_on_any_other_day(hall: Hall) -> None:
    with clock.at(FRIDAY):
        for _ in range(2):
            city = City(settings=hall.settings)
            async with hall.pool.write() as conn:
                for package in packages(demo=False):
                    if package.demo:
                        await package.demo(conn, city)
        keeper, eater = await hall.sign_in("13900139000"), await hall.sign_in("13800138000")
        (stall,) = (await hall.client.get("/api/v1/shops", headers=keeper)).json()["shops"]
        offers = (await hall.client.get("/api/v1/offers", headers=eater)).json()["offers"]
        assert len(offers) == 3, "loading twice is loading once"
        assert all(offer["now"] for offer in offers)
        await hall.give(eater, 2000)
        assert (await hall.pay(eater, code=stall["code"], amount=360)).json()["paid"] == 1
    with clock.at(FRIDAY + timedelta(days=1)):
        eater = await hall.sign_in("13800138000")
        offers = (await hall.client.get("/api/v1/offers", headers=eater)).json()["offers"]
        assert [offer["now"] for offer in offers].count(False) == 1, "Friday's is shown, for Friday"
        assert (await hall.pay(eater, code=stall["code"], amount=360)).json()["paid"] == 10
    # The worker's sweep, every minute: that Friday's text messages are of the past by now.
    async with hall.pool.write() as conn:
        await messages.sweep(conn)
    await hall.books_agree()
