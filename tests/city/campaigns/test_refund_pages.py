"""Where an offer or a red packet had a part in a payment, pages say to whom a refund of it goes."""

import re

import pytest

from tests.city.campaigns.sponsor import OWNER, Sponsor, refund
from tests.core.people.test_pages import Browser
from tests.hall import Hall, Headers

pytestmark = pytest.mark.anyio

PAYER = "13800000001"
BOUNTY = {"kind": "bounty", "amount": 0, "low": 2, "high": 2, "min_spend": 100, "title": "Lucky red packet"}


async def _paid(hall: Hall, price: int, **campaign: object) -> tuple[Headers, str]:
    """A payment that a campaign had a part in; the shop's owner, and the payment."""
    sponsor, payer, owner = await Sponsor.enter(hall), await hall.sign_in(PAYER), await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 2000)
    await sponsor.run(**campaign)
    return owner, (await hall.pay(payer, code=shop["code"], amount=price)).json()["id"]


async def _browser(hall: Hall, phone: str) -> Browser:
    browser = Browser(hall)
    await browser.sign_in(phone)
    return browser


async def test_home_shows_what_was_paid_and_what_was_given_back(hall: Hall) -> None:
    owner, payment = await _paid(hall, 700)
    payer = await _browser(hall, PAYER)
    home = (await payer.get("/")).text
    assert '−<span class="sign">¥</span>3.50' in home, "what left the wallet, and not the price"
    assert "7.00" not in home
    assert "efunded" not in home
    await refund(hall, owner, payment, 100)
    assert "Partly refunded" in (await payer.get("/")).text
    await refund(hall, owner, payment, 600)
    home = (await payer.get("/")).text
    assert "Refunded" in home
    assert "Partly refunded" not in home
    assert "Refunded" in (await payer.get(f"/payments/{payment}")).text


async def test_the_offers_part_of_a_refund_is_told_before_and_after(hall: Hall) -> None:
    owner, payment = await _paid(hall, 700)
    keeper = await _browser(hall, OWNER)
    form = (await keeper.get(f"/payments/{payment}/refund?request_key=one")).text
    assert "Of ¥7.00 the payer gets ¥3.50" in form
    assert "¥3.50 goes back to the sponsor of the offer." in form
    shop = (await hall.client.get(f"/api/v1/payments/{payment}", headers=owner)).json()["shop"]["id"]
    undo = (await keeper.get(f"/shops/{shop}/charges/{payment}/undo")).text
    assert "Of ¥7.00 the payer gets ¥3.50" in undo, "the counter says so too"
    assert "¥3.50 goes back to the sponsor of the offer." in undo
    await refund(hall, owner, payment, 700)
    told = "of which ¥3.50 offer goes back to its sponsor"
    for phone in (OWNER, PAYER):
        looker = await _browser(hall, phone)
        assert told in (await looker.get(f"/payments/{payment}")).text
        receipt = (await looker.get(f"/payments/{payment}/receipt")).text
        assert told in receipt
        assert "−¥7.00" in receipt, "the same sum as in the shop's book"
        assert re.search(r"Paid in the end</dt><dd>¥0.00", receipt)


async def test_the_red_packets_part_of_a_refund_is_told_before_and_after(hall: Hall) -> None:
    owner, payment = await _paid(hall, 500, **BOUNTY)
    keeper = await _browser(hall, OWNER)
    form = (await keeper.get(f"/payments/{payment}/refund?request_key=one")).text
    assert "Of ¥5.00 the payer gets ¥4.98" in form
    assert "¥0.02 goes back to the sponsor of the red packet." in form
    await refund(hall, owner, payment, 500)
    payer = await _browser(hall, PAYER)
    told = "of which ¥0.02 red packet goes back to its sponsor"
    assert told in (await payer.get(f"/payments/{payment}")).text
    receipt = (await payer.get(f"/payments/{payment}/receipt")).text
    assert told in receipt
    assert "−¥5.00" in receipt
    # These lines add up: 5.00 paid, less 4.98 and 0.02.
    assert re.search(r"To the payer</dt><dd>−¥4.98", receipt)
    assert re.search(r"Red packet taken back</dt><dd>−¥0.02", receipt)
    assert re.search(r"Paid in the end</dt><dd>¥0.00", receipt)


async def test_a_payment_without_offers_is_given_back_without_such_words(hall: Hall) -> None:
    payer, owner = await hall.sign_in(PAYER), await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 1000)
    payment = (await hall.pay(payer, code=shop["code"], amount=500)).json()["id"]
    keeper = await _browser(hall, OWNER)
    assert "sponsor" not in (await keeper.get(f"/payments/{payment}/refund?request_key=one")).text
    await refund(hall, owner, payment, 500)
    assert "sponsor" not in (await keeper.get(f"/payments/{payment}")).text


async def test_back_leads_to_where_one_came_from_and_never_elsewhere(hall: Hall) -> None:
    payer, owner = await hall.sign_in(PAYER), await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 1000)
    payment = (await hall.pay(payer, code=shop["code"], amount=500)).json()["id"]
    keeper = await _browser(hall, OWNER)
    for page in (f"/shops/{shop['id']}/till", f"/shops/{shop['id']}/book?view=week"):
        link = re.findall(rf'href="(/payments/{payment}\?back=[^"]+)"', (await keeper.get(page)).text)[0]
        shown = (await keeper.get(link)).text
        assert f'href="{page}"' in shown
        receipt = re.findall(rf'href="(/payments/{payment}/receipt[^"]+)"', shown)[0]
        assert link.partition("?")[2] in (await keeper.get(receipt)).text
    away = (await keeper.get(f"/payments/{payment}?back=//elsewhere.example")).text
    assert "elsewhere" not in away
    assert f'href="/shops/{shop["id"]}"' in away
