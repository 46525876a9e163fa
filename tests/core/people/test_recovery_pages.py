"""The pages around a sure sign-in: step up and come back, known browsers, and a recovery from counter to new phone."""

import re
from datetime import timedelta

import pytest

from openhall.base import clock
from openhall.core import people
from tests.core.people.test_pages import Browser
from tests.hall import Hall

pytestmark = pytest.mark.anyio
FIRST, SECOND, LOST, NEW = "13600136001", "13600136002", "13800138000", "13700137000"


@pytest.fixture
def browser(hall: Hall) -> Browser:
    return Browser(hall)


async def switch(browser: Browser, phone: str) -> None:
    """Another person takes the browser; the code of the demo phone lets them in."""
    browser.client.cookies.delete("openhall_session")
    assert (await browser.sign_in(phone)).status_code == 303


async def test_an_important_page_asks_once_more_and_leads_back(browser: Browser) -> None:
    await browser.sign_in()
    assert (await browser.get("/me/passkeys/new")).status_code == 200
    with clock.at(clock.now() + timedelta(minutes=6)):
        sent_away = await browser.get("/me/passkeys/new")
        assert (sent_away.status_code, sent_away.headers["location"]) == (303, "/step-up?next=%2Fme%2Fpasskeys%2Fnew")
        await browser.get(sent_away.headers["location"])
        assert (await browser.post("/step-up")).headers["location"] == "/step-up/code"
        wrong = await browser.post("/step-up/code", code="nothing")
        assert wrong.status_code == 422
        back = await browser.post("/step-up/code", code=await browser.code())
        assert (back.status_code, back.headers["location"]) == (303, "/me/passkeys/new")
        assert (await browser.get("/me/passkeys/new")).status_code == 200


async def test_a_form_sent_too_late_leads_back_to_its_page_and_nowhere_else(browser: Browser) -> None:
    await browser.sign_in()
    form = {"_csrf_token": browser.client.cookies["openhall_csrf"], "here_too": "1"}
    places = {
        "http://localhost/me/sessions": "%2Fme%2Fsessions",
        "http://evil.example/me/sessions": "%2Fme",
        "": "%2Fme",
    }
    with clock.at(clock.now() + timedelta(minutes=6)):
        for referer, back in places.items():
            answer = await browser.client.post("/me/sessions/end", data=form, headers={"Referer": referer})
            assert (answer.status_code, answer.headers["location"]) == (303, f"/step-up?next={back}"), referer
        assert (await browser.get("/me")).status_code == 200, "nobody was signed out"
    ended = await browser.client.post("/me/sessions/end", data=form)
    assert (ended.status_code, ended.headers["location"]) == (303, "/")
    assert (await browser.get("/me")).status_code == 303


async def test_a_browser_that_was_here_before_is_no_new_device(browser: Browser) -> None:
    await browser.sign_in()
    await browser.post("/sign-out")
    await browser.sign_in()
    warning = "A new device signed in"
    assert warning not in (await browser.get("/messages")).text
    browser.client.cookies.delete("openhall_device")
    await browser.post("/sign-out")
    await browser.sign_in()
    inbox = (await browser.get("/messages")).text
    assert inbox.count(warning) == 1
    (told,) = re.findall(r'href="(/messages/[0-9a-f-]{36})"', inbox)
    assert "Chrome on Android" in (await browser.get(told)).text


async def test_a_lost_number_from_the_counter_to_the_new_phone(browser: Browser, hall: Hall) -> None:
    await browser.sign_in(LOST)
    await browser.post("/sign-out")
    for phone in (FIRST, SECOND):
        await switch(browser, phone)
        async with hall.pool.write() as conn:
            operator = await people.resident_with(conn, f"+86{phone}")
            assert operator is not None
            await people.add_operator(conn, operator.id)
    await switch(browser, FIRST)
    wish = {"phone": LOST, "note": "photo matches, ends 0019"}
    assert (await browser.post("/operator/recoveries", **wish, evidence="none")).status_code == 400
    opened = await browser.post("/operator/recoveries", **wish, evidence="identity_card")
    assert opened.status_code == 303, opened.text
    recovery = opened.headers["location"]
    assert "138****8000" in (await browser.get(recovery)).text
    own = await browser.post(f"{recovery}/confirm")
    assert own.status_code == 422
    assert "Whoever opened a recovery does not confirm it." in own.text
    await switch(browser, SECOND)
    confirmed = await browser.post(f"{recovery}/confirm")
    found = re.search(r"\d{4} \d{4} \d{4}", confirmed.text)
    assert found
    assert found[0] not in (await browser.get(recovery)).text, "it is shown once"
    await browser.post("/sign-out")
    form = {"old_phone": LOST, "recovery_code": found[0], "new_phone": NEW}
    assert (await browser.post("/recover", **form | {"recovery_code": "1"})).status_code == 422
    assert "six digits to 137****7000" in (await browser.post("/recover", **form)).text
    assert (await browser.post("/recover/code", **form, code="1")).status_code == 422
    entered = await browser.post("/recover/code", **form, code=await browser.code(NEW))
    assert (entered.status_code, entered.headers["location"]) == (303, "/")
    assert "137****7000" in (await browser.get("/me")).text
    assert "After a recovery at the hall" in (await browser.get("/me/sessions")).text
    await hall.books_agree()
