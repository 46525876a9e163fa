"""A counter charges what is left after an offer, as a scanned poster does."""

import html
import re
from typing import Any

from tests.city.campaigns.sponsor import Sponsor
from tests.city.merchants.streams import watching
from tests.core.payments.charging.stage import OWNER, set_up
from tests.core.people.test_pages import Browser
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


async def test_the_till_shows_who_paid_which_part_and_says_the_whole_amount(hall: Hall) -> None:
    stage = await set_up(hall, money=1_000)
    await (await Sponsor.enter(hall)).run(min_spend=400)
    async with watching(hall, stage.shop["id"], 0) as watcher:
        assert (await stage.charge(await stage.code(), 500)).status_code == 201
        assert (await stage.charge(await stage.code(), 300)).status_code == 201
        lowered, full = await watcher.take(2)
    assert lowered.data["say"]["en"] == "received 5 yuan"
    assert (lowered.data["amount_text"]["en"], lowered.data["today"]["total"]) == ("¥5.00", 500)
    assert lowered.data["paid_text"] == {"zh_CN": "¥1.50", "en": "¥1.50"}
    assert lowered.data["discount_text"] == {"zh_CN": "¥3.50", "en": "¥3.50"}
    assert "discount_text" not in full.data
    browser = Browser(hall)
    await browser.sign_in(OWNER)
    till = words(await browser.get(f"/shops/{stage.shop['id']}/till"))
    assert till.count("The customer ¥1.50, an offer ¥3.50") == 1, "in its line; the last payment had no offer"
    day = words(await browser.get(f"/shops/{stage.shop['id']}/payments"))
    assert day.count("The customer ¥1.50, an offer ¥3.50") == 1


async def test_the_page_of_the_counter_shows_who_paid_which_part(hall: Hall) -> None:
    stage = await set_up(hall, money=1_000)
    await (await Sponsor.enter(hall)).run()
    charged = (await stage.charge(await stage.code(), 500)).json()
    browser = Browser(hall)
    await browser.sign_in(OWNER)
    page = words(await browser.get(f"/shops/{stage.shop['id']}/charges/{charged['id']}"))
    assert "From the payer ¥1.50 From an offer ¥3.50" in page
    assert "Payment received ¥ 5.00" in page


def words(page: Any) -> str:
    """What a page says, without its marks; what is hidden is not said."""
    shown = re.sub(r"<(\w+)[^>]* hidden>.*?</\1>", "", page.text, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", shown)).split()).replace(" ,", ",")
