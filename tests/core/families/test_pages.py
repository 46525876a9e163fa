"""The pages of families without a script: propose, approve, act for somebody, see it on each page, stop."""

import re
from typing import Any

import httpx
import pytest

from openhall.core.families.actions import keeping
from tests.core.families.stage import ALL, DAUGHTERS, OPERATORS, STRANGERS, Family, family
from tests.core.people.names.people import CHILD, DAUGHTER, FATHER, XIAOMING, be
from tests.hall import Hall
from tests.house.visitor import enter

pytestmark = pytest.mark.anyio


class Browser:
    """The daughter's browser."""

    def __init__(self, hall: Hall) -> None:
        self.client = hall.client

    async def get(self, path: str) -> httpx.Response:
        return await self.client.get(path, headers={"Accept-Language": "en"})

    async def post(self, path: str, **form: Any) -> httpx.Response:
        data = {"_csrf_token": self.client.cookies["openhall_csrf"]} | form
        return await self.client.post(path, data=data, headers={"Accept-Language": "en"})

    async def act_for(self, home: Family) -> None:
        chosen = await self.post("/family/acting", who=str(home.father_id), next="/wallet")
        assert (chosen.status_code, chosen.headers["Location"]) == (303, "/wallet")


async def _enter(hall: Hall) -> tuple[Family, Browser]:
    home = await family(hall)
    await enter(hall, DAUGHTERS)
    return home, Browser(hall)


async def test_a_proposal_is_typed_shown_and_taken_back(hall: Hall) -> None:
    _, browser = await _enter(hall)
    assert "Nobody yet" in (await browser.get("/family")).text
    form = {"phone": STRANGERS, "scopes": ALL, "payment_max": "100", "month_max": "300", "ends": ""}
    wrong = await browser.post("/family/new", **(form | {"phone": "110"}))
    assert (wrong.status_code, "110" in wrong.text) == (400, True)
    made = await browser.post("/family/new", **form)
    assert made.status_code == 303
    page = await browser.get(made.headers["Location"])
    assert "138****0004" in page.text
    assert "¥300.00" in page.text
    sure = await browser.get(f"{made.headers['Location']}/revoke")
    assert "Yes, end it" in sure.text
    await browser.post(f"{made.headers['Location']}/revoke")
    assert "Ended" in (await browser.get(made.headers["Location"])).text


async def test_each_page_says_for_whom_and_only_theirs_are_about_them(hall: Hall) -> None:
    home, browser = await _enter(hall)
    await home.linked()
    await browser.act_for(home)
    wallet = await browser.get("/wallet")
    assert "On behalf of" in wallet.text
    assert "¥1,000.00" in wallet.text, "the father's money"
    assert 'href="/wallet/top-up"' not in wallet.text, "that would be hers"
    assert 'href="/wallet/withdrawals"' not in wallet.text
    own = await browser.get("/me")
    assert "This page is about yourself" in own.text
    assert own.headers["Openhall-Whose"].endswith(str(home.father_id)), "what a browser keeps of this is kept apart"
    confirm = await browser.get(f"/pay/confirm?code={home.shop['short_code']}&amount=3.50")
    assert "Wallet of" in confirm.text
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', confirm.text))
    assert hidden["payer"] == str(home.father_id)
    paid = await browser.post("/pay", **hidden)
    assert paid.status_code == 303, paid.text
    receipt = (await browser.get(paid.headers["Location"])).text
    assert "On behalf of" in receipt
    assert await hall.balance(home.father) == 99_650
    assert "You for" in (await browser.get("/family/acts")).text
    await browser.post("/family/acting", who="", next="/wallet")
    own = await browser.get("/wallet")
    assert "On behalf of" not in own.text
    assert 'href="/wallet/top-up"' in own.text
    await hall.books_agree()


async def test_a_page_that_showed_another_wallet_pays_nothing(hall: Hall) -> None:
    home, browser = await _enter(hall)
    await home.linked()
    await hall.give(home.daughter, 1_000)
    await browser.act_for(home)
    confirm = await browser.get(f"/pay/confirm?code={home.shop['short_code']}&amount=3.50")
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', confirm.text))
    await browser.post("/family/acting", who="", next="/wallet")
    assert (await browser.post("/pay", **hidden)).status_code == 409
    assert (await hall.balance(home.father), await hall.balance(home.daughter)) == (100_000, 1_000)


async def test_whoever_may_no_longer_act_is_asked_anew_and_never_acts_for_themselves_by_mistake(hall: Hall) -> None:
    home, browser = await _enter(hall)
    link = await home.linked()
    await browser.act_for(home)
    await home.revoke(link)
    sent = await browser.get("/wallet")
    assert (sent.status_code, sent.headers["Location"].partition("?")[0]) == (303, "/family/acting")
    asked = await browser.get(sent.headers["Location"])
    assert "You no longer act for this person" in asked.text
    assert (await browser.get("/wallet")).status_code == 200


async def test_the_choice_holds_in_its_own_session_and_only_for_whom_one_may(hall: Hall) -> None:
    home, browser = await _enter(hall)
    assert (await browser.post("/family/acting", who=str(home.father_id))).status_code == 404
    await home.linked()
    await browser.act_for(home)
    kept = hall.client.cookies["openhall_for"]
    await enter(hall, DAUGHTERS)
    hall.client.cookies.set("openhall_for", kept)
    assert "On behalf of" not in (await browser.get("/wallet")).text, "signed for another session"
    hall.client.cookies.set("openhall_for", f"{home.father_id}.{'0' * 64}")
    assert "On behalf of" not in (await browser.get("/wallet")).text


async def test_a_child_is_added_and_its_card_printed(hall: Hall) -> None:
    parent = await hall.sign_in(DAUGHTERS)
    assert (await be(hall, parent, XIAOMING)).status_code == 200
    await enter(hall, DAUGHTERS)
    browser = Browser(hall)
    form = {"name": CHILD.name, "national_id": CHILD.national_id, "scopes": ALL, "payment_max": "", "month_max": ""}
    made = await browser.post("/family/child", **form)
    assert made.status_code == 303, made.text
    page = (await browser.get(made.headers["Location"])).text
    assert "Print the card" in page
    assert "End it" in page, "a parent may step back"
    card = (await browser.get(f"{made.headers['Location']}/card")).text
    assert CHILD.name in card
    assert CHILD.national_id not in card


async def test_home_is_theirs_while_somebody_acts_and_looking_is_written_for_them_to_read(hall: Hall) -> None:
    home, browser = await _enter(hall)
    await home.linked()
    await hall.give(home.daughter, 777)
    own = (await browser.get("/")).text
    assert "7.77" in own
    await browser.act_for(home)
    page = (await browser.get("/")).text
    assert "On behalf of" in page
    assert "1,000.00" in page
    for mine in ("7.77", "/pay-code", "/wallet/top-up", "/shops"):
        assert mine not in page.split("<main")[1], mine
    seen = (await hall.client.get("/api/v1/me/accesses", headers=home.father)).json()["accesses"]
    (looked,) = [one for one in seen if one["capacity"] == "family"]
    assert (looked["look"], looked["what"]) == ("wallet.read", "看了钱包")
    assert looked["called"], "and by whom"


async def test_a_link_that_shows_no_wallet_shows_none_at_home_either(hall: Hall) -> None:
    home, browser = await _enter(hall)
    await home.linked(scopes=["messages.read"])
    await browser.act_for(home)
    page = (await browser.get("/")).text
    assert "¥" not in page.split("<main")[1]
    assert 'href="/messages"' in page
    assert "Mark all as read" not in (await browser.get("/messages")).text, "they are the father's"


async def test_whoever_asks_is_named_in_full_to_whom_they_ask(hall: Hall) -> None:
    home, _ = await _enter(hall)
    link = (await home.propose()).json()["id"]
    async with hall.pool.write() as conn:
        assert await keeping.tell_proposed(conn, hall.settings) == 1
    told = (await hall.client.get("/api/v1/messages", headers=home.father)).json()["messages"]
    assert any(DAUGHTER.name in message["body"] for message in told)
    asked = (await hall.client.get(f"/api/v1/families/links/{link}", headers=home.father)).json()
    assert asked["holder_called"].startswith(DAUGHTER.name)
    await home.approve(link)
    mine = (await hall.client.get(f"/api/v1/families/links/{link}", headers=home.daughter)).json()
    assert FATHER.name not in mine["dependant_called"], "the other way round nothing was asked"


async def test_a_daughter_who_keeps_the_shop_is_refused_before_the_last_look(hall: Hall) -> None:
    home, browser = await _enter(hall)
    await home.linked()
    shop = await hall.open_shop(home.daughter)
    await browser.act_for(home)
    for path in (f"/pay?code={shop['short_code']}", f"/pay/confirm?code={shop['short_code']}&amount=3"):
        page = await browser.get(path)
        assert page.status_code == 422, path
        assert "Pay ¥3.00" not in page.text


async def test_a_link_revoked_while_one_pays_leads_to_nobodys_wallet(hall: Hall) -> None:
    home, browser = await _enter(hall)
    link = await home.linked()
    await browser.act_for(home)
    confirm = await browser.get(f"/pay/confirm?code={home.shop['short_code']}&amount=3.50")
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', confirm.text))
    await home.revoke(link)
    sent = await browser.post("/pay", **hidden)
    assert sent.headers["Location"].startswith("/family/acting")
    asked = (await browser.get(sent.headers["Location"])).text
    assert "Nothing was paid" in asked
    assert "/pay/confirm" not in asked, "it is not to be finished out of one's own wallet"


async def test_the_last_day_is_a_day_and_not_the_moment_after_it(hall: Hall) -> None:
    home, browser = await _enter(hall)
    link = await home.linked(ends="2099-12-31")
    page = (await browser.get(f"/family/links/{link}")).text
    assert "December 31, 2099" in page
    assert "2100" not in page


async def test_an_operator_ends_a_link_after_saying_why(hall: Hall) -> None:
    home, browser = await _enter(hall)
    link = await home.at_counter()
    await enter(hall, OPERATORS[0])
    path = f"/operator/families/{link}"
    page = (await browser.get(path)).text
    assert DAUGHTER.name in page, "in full: it is compared with a card"
    assert FATHER.name in page
    assert f'href="{path}/end"' in page
    assert "Why does it end?" in (await browser.get(f"{path}/end")).text
    assert (await browser.post(f"{path}/end", why=" ")).status_code == 400
    assert (await browser.post(f"{path}/end", why="The father calls")).status_code == 303
    assert (await home.get("/wallet")).status_code == 404
