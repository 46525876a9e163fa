"""Offers and campaigns on the pages, as a browser gets them."""

import re
from uuid import UUID

import pytest

from openhall.city import campaigns
from tests.city.campaigns.sponsor import OWNER, SPONSOR, Sponsor, today
from tests.core.people.test_pages import Browser
from tests.hall import Hall

pytestmark = pytest.mark.anyio

PAYER, KEEPER = "13800000001", OWNER


def hidden(page: str, name: str) -> str:
    return str(re.findall(rf'name="{name}" value="([^"]*)"', page)[0])


async def test_the_lower_price_is_shown_paid_and_on_the_receipt(hall: Hall) -> None:
    sponsor, payer, owner = await Sponsor.enter(hall), await hall.sign_in(PAYER), await hall.sign_in(KEEPER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 360)
    campaign = await sponsor.run(title="Friday breakfast")
    browser = Browser(hall)
    await browser.sign_in(PAYER)
    address = f"/pay/confirm?code={shop['short_code']}&amount=7.00&request_key=one"
    shown = (await browser.get(address)).text
    assert "Friday breakfast: ¥3.50 off ¥7.00" in shown
    assert "Pay ¥3.50" in shown, "what is left to pay is enough, though the full price would not be covered"
    form = {name: hidden(shown, name) for name in ("code", "amount", "request_key", "expected_paid")}
    assert form["expected_paid"] == "350"
    paid = await browser.post("/pay", **form)
    assert paid.status_code == 303
    receipt = (await browser.get(paid.headers["location"])).text
    assert "Friday breakfast" in receipt
    assert "−¥3.50" in receipt
    assert "¥7.00" in receipt
    home = (await browser.get("/offers")).text
    assert "Friday breakfast" in home
    assert f'href="/offers/{campaign["id"]}"' in home
    assert (await browser.get(f"/campaigns/{campaign['id']}")).status_code == 404


async def test_an_offer_with_two_names_is_called_in_the_readers_language_everywhere(hall: Hall) -> None:
    sponsor, payer, owner = await Sponsor.enter(hall), await hall.sign_in(PAYER), await hall.sign_in(KEEPER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 2000)
    named = {"title": "周五早餐", "title_en": " Friday  breakfast "}
    campaign = await sponsor.run(**named)
    packet = await sponsor.run(
        title="谢谢光临", title_en="Thank you", kind="bounty", amount=0, low=9, high=9, min_spend=10
    )
    assert (campaign["title"], campaign["title_en"]) == ("周五早餐", "Friday breakfast")
    offered = (await hall.client.get("/api/v1/offers", headers=payer)).json()["offers"]
    assert {(one["title"], one["title_en"]) for one in offered} == {
        ("周五早餐", "Friday breakfast"),
        ("谢谢光临", "Thank you"),
    }
    quoted = await hall.client.get(
        "/api/v1/payments/quote", params={"code": shop["code"], "amount": 700}, headers=payer
    )
    paid = (await hall.pay(payer, code=shop["code"], amount=700)).json()
    looked = (await hall.client.get(f"/api/v1/payments/{paid['id']}", headers=payer)).json()
    assert {(one["offer"], one["offer_en"]) for one in (quoted.json(), paid, looked)} == {
        ("周五早餐", "Friday breakfast")
    }
    browser = Browser(hall)
    await browser.sign_in(PAYER)
    for path, words in {
        f"/pay/confirm?code={shop['short_code']}&amount=7.00&request_key=one": ("周五早餐", "Friday breakfast"),
        f"/payments/{paid['id']}": ("周五早餐", "Friday breakfast"),
        f"/offers/{packet['id']}": ("谢谢光临", "Thank you"),
        "/offers": ("周五早餐", "Friday breakfast"),
    }.items():
        chinese, english = words
        in_english = (await browser.get(path)).text
        in_chinese = (await browser.get(path, **{"Accept-Language": "zh-CN"})).text
        assert (english in in_english, chinese in in_english) == (True, False), path
        assert (english in in_chinese, chinese in in_chinese) == (False, True), path


@pytest.mark.parametrize("title_en", ["x" * 41, "a\u202eb"])
async def test_an_english_name_that_is_none_is_refused(hall: Hall, title_en: str) -> None:
    refused = await (await Sponsor.enter(hall)).ask(title_en=title_en)
    assert (refused.status_code, refused.json()["code"]) == (400, "campaigns.title_invalid")


async def test_an_offer_that_is_gone_is_told_and_the_full_price_asked_again(hall: Hall) -> None:
    sponsor, payer, owner = await Sponsor.enter(hall), await hall.sign_in(PAYER), await hall.sign_in(KEEPER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 1000)
    campaign = await sponsor.run()
    browser = Browser(hall)
    await browser.sign_in(PAYER)
    shown = (await browser.get(f"/pay/confirm?code={shop['short_code']}&amount=7&request_key=one")).text
    form = {name: hidden(shown, name) for name in ("code", "amount", "request_key", "expected_paid")}
    await sponsor.post(campaign["id"], "end")
    refused = await browser.post("/pay", **form)
    assert refused.status_code == 422
    assert "The lower price you were shown is over." in refused.text
    assert "Pay ¥7.00" in refused.text
    again = {name: hidden(refused.text, name) for name in form}
    assert again["expected_paid"] == "700"
    assert (await browser.post("/pay", **again)).status_code == 303
    assert await hall.balance(payer) == 300


async def test_a_keeper_makes_starts_funds_and_ends_a_campaign(hall: Hall) -> None:
    owner = await hall.sign_in(KEEPER)
    await hall.give(owner, 5000)
    shop = await hall.open_shop(owner)
    keeper = Browser(hall)
    await keeper.sign_in(KEEPER)
    address = (await keeper.get("/campaigns/new")).headers["location"]
    form = (await keeper.get(address)).text
    assert "王记早餐" in form
    assert "Everywhere in the city" not in form, "that is for operators"
    assert form.count("<details") == 4, "what most campaigns do not need is folded"
    assert form.count('type="time"') == 2
    wish = {
        "title": "Breakfast",
        "kind": "amount_off",
        "amount": "3.50",
        "first_day": today(),
        "last_day": today(),
        "from_time": "00:00",
        "to_time": "",
        "place": f"shop {shop['id']}",
        "budget": "40",
        "request_key": hidden(form, "request_key"),
    }
    wrong = await keeper.post("/campaigns/new", **(wish | {"to_time": "25:00"}))
    assert wrong.status_code == 400
    assert "Type a time such as 06:30" in wrong.text
    made = await keeper.post("/campaigns/new", **(wish | {"request_key": "again"}))
    assert made.status_code == 303, made.text
    path = made.headers["location"]
    assert (await keeper.post("/campaigns/new", **(wish | {"request_key": "again"}))).headers["location"] == path
    assert "Draft" in (await keeper.get(path)).text
    assert "00:00" not in (await keeper.get(path)).text, "until midnight is all day"
    for change, state in (("start", "Running"), ("pause", "Paused"), ("start", "Running")):
        assert (await keeper.post(f"{path}/change", change=change)).status_code == 303
        assert state in (await keeper.get(path)).text
    assert (await keeper.post(f"{path}/fund", amount="10", request_key="more")).status_code == 303
    assert "¥50.00" in (await keeper.get(path)).text
    too_much = await keeper.post(f"{path}/fund", amount="1000", request_key="too-much")
    assert (too_much.status_code, "There is not enough money for this budget." in too_much.text) == (422, True)
    last_look = (await keeper.get(f"{path}/end")).text
    assert "Comes back to you" in last_look
    assert hidden(last_look, "change") == "end"
    assert 'value="end"' not in (await keeper.get(path)).text, "nothing ends by one tap"
    await keeper.post(f"{path}/change", change="end")
    assert (await keeper.get(f"{path}/end")).status_code == 303
    assert "Ended" in (await keeper.get(path)).text
    assert await hall.balance(owner) == 5000


async def test_draws_can_be_verified_on_the_page_and_by_the_command(hall: Hall) -> None:
    sponsor, payer, owner = await Sponsor.enter(hall), await hall.sign_in(PAYER), await hall.sign_in(KEEPER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 5000)
    campaign = await sponsor.run(kind="bounty", amount=0, low=1, high=88, min_spend=88)
    await hall.pay(payer, code=shop["code"], amount=700)
    browser = Browser(hall)
    await browser.sign_in(PAYER)
    page = (await browser.get(f"/offers/{campaign['id']}")).text
    assert "Drawn by the rule" in page
    assert campaign["commitment"] in page
    async with hall.pool.read() as reader:
        verified = await campaigns.verify(reader, UUID(campaign["id"]))
    assert (verified.count, verified.wrong, verified.commitment) == (1, [], campaign["commitment"])
    async with hall.pool.write() as conn, conn.transaction(force_rollback=True):
        await conn.execute(
            b"update campaigns.campaigns set seed = decode(repeat('ab', 32), 'hex'), low = 5000, high = 5001"
        )
        assert len((await campaigns.verify(conn, UUID(campaign["id"]))).wrong) == 1


async def test_a_merchant_sees_whom_they_brought(hall: Hall) -> None:
    inviter, owner = await hall.sign_in(PAYER), await hall.sign_in(KEEPER)
    shop = await hall.open_shop(owner)
    code = (await hall.client.get("/api/v1/promoter", headers=inviter)).json()["code"]
    keeper = Browser(hall)
    await keeper.sign_in(KEEPER)
    assert "Did somebody bring you?" in (await keeper.get("/promoter")).text
    wrong = await keeper.post("/promoter", code="ZZZZZZZZ", shop=shop["id"])
    assert (wrong.status_code, "This invitation code is not known." in wrong.text) == (422, True)
    assert (await keeper.post("/promoter", code=code.lower(), shop=shop["id"])).status_code == 303
    assert "Did somebody bring you?" not in (await keeper.get("/promoter")).text
    await keeper.post("/sign-out")
    brought = Browser(hall)
    await brought.sign_in(PAYER)
    assert "王记早餐" in (await brought.get("/promoter")).text


async def test_the_form_asks_how_much_a_fixed_price_takes_off_at_most(hall: Hall) -> None:
    await Sponsor.enter(hall)
    browser = Browser(hall)
    await browser.sign_in(SPONSOR)
    page = (await browser.get("/campaigns/new?request_key=a")).text
    assert 'name="most_off"' in page
    form = {"title": "Breakfast", "kind": "fixed_price", "amount": "0.01", "first_day": today(), "last_day": today()}
    times = {"from_time": "00:00", "to_time": "24:00"}
    refused = await browser.post("/campaigns/new", **form, **times, request_key="a")
    assert refused.status_code == 400
    made = await browser.post("/campaigns/new", **form, **times, most_off="10", request_key="b")
    assert made.status_code == 303
    shown = (await browser.get(made.headers["location"])).text
    assert "At most off one payment" in shown
    assert "¥10.00" in shown


async def test_an_amount_off_that_needs_a_larger_payment_says_so_in_plain_words(hall: Hall) -> None:
    sponsor = await Sponsor.enter(hall)
    campaign = await sponsor.run(amount=350, min_spend=351)
    looker = Browser(hall)
    await looker.sign_in(PAYER)
    shown = (await looker.get(f"/offers/{campaign['id']}")).text
    assert "more than ¥3.50" in shown
    assert "3.51" not in shown
