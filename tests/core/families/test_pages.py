"""The pages of families without a script: propose, approve, act for somebody, see it on each page, stop."""

import re
from typing import Any

import httpx
import pytest

from tests.core.families.stage import ALL, DAUGHTERS, STRANGERS, Family, family
from tests.core.people.names.people import CHILD, XIAOMING, be
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
