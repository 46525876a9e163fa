"""Where an offer or a red packet had a part in a payment, pages say to whom a refund of it goes."""

import re

import pytest

from tests.city.campaigns.sponsor import OWNER, Sponsor, refund
from tests.core.people.test_pages import Browser
from tests.hall import Hall, Headers

pytestmark = pytest.mark.anyio

PAYER, CASHIER = "13800000001", "13800000006"
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


async def test_a_red_packet_is_between_its_payer_and_its_sponsor(hall: Hall) -> None:
    owner, payment = await _paid(hall, 500, **BOUNTY)
    cashier = await hall.hire(owner, await _shop(hall, owner, payment), CASHIER, "cashier")
    await refund(hall, owner, payment, 300)
    for headers, phone in ((owner, OWNER), (cashier, CASHIER)):
        shown = (await hall.client.get(f"/api/v1/payments/{payment}", headers=headers)).json()
        assert shown["bounty"] == 0
        (given,) = (await hall.client.get(f"/api/v1/payments/{payment}/refunds", headers=headers)).json()["refunds"]
        assert (given["amount"], given["to_payer"]) == (300, 300)
        looker = await _browser(hall, phone)
        pages = [f"/payments/{payment}", f"/payments/{payment}/receipt"]
        if phone == OWNER:
            pages += [
                f"/payments/{payment}/refund?request_key=one",
                f"/shops/{shown['shop']['id']}/charges/{payment}/undo",
            ]
        for page in pages:
            answer = await looker.get(page)
            assert answer.status_code == 200, page
            told = [word for word in ("red packet", "Red packet", "2.99", "1.99", "4.98") if word in answer.text]
            assert not told, (phone, page)
    payer = await hall.sign_in(PAYER)
    shown = (await hall.client.get(f"/api/v1/payments/{payment}", headers=payer)).json()
    (given,) = (await hall.client.get(f"/api/v1/payments/{payment}/refunds", headers=payer)).json()["refunds"]
    assert (shown["bounty"], given["to_payer"]) == (2, 299)
    done = await refund(hall, owner, payment, 200)
    assert done.json()["to_payer"] == 200


async def _shop(hall: Hall, owner: Headers, payment: str) -> dict[str, str]:
    shown = await hall.client.get(f"/api/v1/payments/{payment}", headers=owner)
    shop: dict[str, str] = shown.json()["shop"]
    return shop


async def test_the_payer_is_told_what_of_a_refund_their_red_packet_takes(hall: Hall) -> None:
    owner, payment = await _paid(hall, 500, **BOUNTY)
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
