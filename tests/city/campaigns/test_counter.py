"""A counter charges what is left after an offer, as a scanned poster does."""

from tests.city.campaigns.sponsor import Sponsor
from tests.core.payments.charging.stage import set_up
from tests.hall import Hall


async def test_an_offer_pays_its_part_at_a_counter_too(hall: Hall) -> None:
    stage = await set_up(hall, money=1_000)
    sponsor = await Sponsor.enter(hall)
    campaign = await sponsor.run()
    charged = (await stage.charge(await stage.code(), 500, "T1")).json()
    assert (charged["amount"], charged["paid"], charged["discount"]) == (500, 150, 350)
    again = (await stage.charge(await stage.code(), 500, "T1")).json()
    assert again == charged
    assert (await hall.client.get("/api/v1/wallet", headers=stage.payer)).json()["balance"] == 850
    assert (await sponsor.look(campaign["id"]))["spent"] == 350
    await hall.books_agree()


async def test_what_is_undone_at_a_counter_gives_each_side_its_part_back(hall: Hall) -> None:
    stage = await set_up(hall, money=1_000)
    sponsor = await Sponsor.enter(hall)
    campaign = await sponsor.run()
    charged = (await stage.charge(await stage.code(), 500, "T1")).json()
    assert (await stage.reverse(charged["id"])).status_code == 200
    assert (await hall.client.get("/api/v1/wallet", headers=stage.payer)).json()["balance"] == 1_000
    assert (await sponsor.look(campaign["id"]))["spent"] == 0
    await hall.books_agree()
