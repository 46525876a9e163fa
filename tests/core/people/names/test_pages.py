"""The pages of real names, without a script: three steps, what went wrong, moving, and the operators' two."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from openhall.base import clock
from openhall.core import people
from tests.authenticator import Authenticator
from tests.core.people.names.people import CHILD, OTHER, PHONE, RARE, XIAOMING, be, id_of, rows, texts, trail
from tests.core.people.test_pages import Browser
from tests.hall import Hall

pytestmark = pytest.mark.anyio
PATH = "/me/real-name"


@pytest.fixture
async def browser(hall: Hall) -> Browser:
    entered = Browser(hall)
    await entered.sign_in(PHONE)
    return entered


async def confirm(browser: Browser, name: str, national_id: str) -> Any:
    return await browser.post(PATH, name=name, national_id=national_id)


async def test_a_name_is_confirmed_in_three_steps(browser: Browser) -> None:
    asked = (await browser.get(PATH)).text
    assert [step in asked for step in ("1 · You write", "2 · The register looks", "3 · You are confirmed")] == [
        True
    ] * 3
    assert "Not confirmed yet · Level 1 of 3" in (await browser.get("/me")).text
    done = await confirm(browser, "张𠮷祥", "６１０１９９ 19580228 007ｘ")
    assert (done.status_code, done.headers["location"]) == (303, PATH)
    shown = (await browser.get(PATH)).text
    assert "Your real name is confirmed" in shown
    assert "张*" in shown
    assert "610***********007X" in shown
    assert "𠮷" not in shown
    assert "张* · Level 2 of 3" in (await browser.get("/me")).text


async def test_a_slip_is_explained_beside_what_was_typed(browser: Browser) -> None:
    again = await confirm(browser, "王小明", "610199199006150011")
    assert again.status_code == 400
    assert "the last place does not fit the others" in again.text
    assert 'value="610199199006150011"' in again.text
    (field,) = re.findall(r'<input[^>]*id="name"[^>]*>', again.text)
    assert "aria-invalid" not in field
    refused = await confirm(browser, "王小名", XIAOMING.national_id)
    assert refused.status_code == 422
    assert "does not confirm this name with this number" in refused.text


async def test_markup_in_a_name_stays_text(browser: Browser) -> None:
    again = await confirm(browser, '"><script>alert(1)</script>', "1")
    assert again.status_code == 400
    assert "<script>alert" not in again.text


async def test_a_silent_register_is_said_and_the_page_looks_again(browser: Browser) -> None:
    browser.hall.outside.plan(on="register", answer="cut")
    assert (await confirm(browser, XIAOMING.name, XIAOMING.national_id)).status_code == 303
    shown = (await browser.get(PATH)).text
    assert "The register has not answered yet" in shown
    assert 'http-equiv="refresh"' in shown
    assert "data-refresh" in shown


async def test_a_minors_account_is_marked(browser: Browser) -> None:
    await confirm(browser, CHILD.name, CHILD.national_id)
    shown = (await browser.get(PATH)).text
    assert "This account belongs to a minor" in shown
    assert "Of age from" in shown


async def test_the_full_name_is_shown_only_after_a_strong_proof(browser: Browser) -> None:
    await confirm(browser, RARE.name, RARE.national_id)
    away = (303, "/step-up?next=%2Fme&level=3")
    assert await show(browser) == away, "a code alone shows nothing, however fresh it is"
    step_up = (await browser.get(away[1])).text
    assert "For this you need a passkey" in step_up
    device = await add_passkey(browser)
    await prove(browser, device)
    with clock.at(clock.now() + timedelta(minutes=6)):
        assert await show(browser) == (303, "/step-up?next=%2Fme")
        await prove(browser, device)
        assert await show(browser) == (200, None)
    shown = await browser.post(f"{PATH}/show")
    assert shown.status_code == 200
    assert RARE.name in shown.text
    assert RARE.national_id in shown.text
    assert shown.headers["cache-control"] == "no-store"
    assert (await rows(browser.hall, "select act from people.name_trail order by at desc limit 1")) == [("shown",)]


async def show(browser: Browser) -> tuple[int, str | None]:
    """Ask for the name in full: the status, and where that leads."""
    answer = await browser.post(f"{PATH}/show")
    assert ("𠮷" in answer.text) == (answer.status_code == 200)
    return answer.status_code, answer.headers.get("location")


async def add_passkey(browser: Browser) -> Authenticator:
    """A passkey of whoever is signed in, made on its page."""
    device = Authenticator(browser.hall.settings.public_url)
    credential = device.make((await browser.post("/me/passkeys/options")).json())
    made = await browser.post("/me/passkeys", credential=json.dumps(credential), name="My phone")
    assert made.status_code == 303, made.text
    return device


async def prove(browser: Browser, device: Authenticator) -> None:
    """Step up with it."""
    credential = device.use((await browser.post("/step-up/options")).json())
    proved = await browser.post("/step-up/passkey", credential=json.dumps(credential))
    assert proved.status_code == 303, proved.text


async def test_a_name_is_moved_on_the_page(browser: Browser) -> None:
    holder = await browser.hall.sign_in(OTHER)
    await be(browser.hall, holder, XIAOMING)
    assert (await confirm(browser, XIAOMING.name, XIAOMING.national_id)).status_code == 303
    shown = (await browser.get(PATH)).text
    assert "You are known to this hall by another account already" in shown
    assert OTHER[-4:] not in shown
    assert (await browser.post(f"{PATH}/move", phone="12345")).status_code == 400
    assert (await browser.post(f"{PATH}/move", phone=OTHER)).status_code == 303
    assert 'id="code"' in (await browser.get(PATH)).text
    assert (await browser.post(f"{PATH}/move/confirm", code="000000")).status_code == 422
    code = str(people.code_in((await texts(browser.hall, OTHER))[0]))
    assert (await browser.post(f"{PATH}/move/confirm", code=code)).status_code == 303
    assert "Your real name is confirmed" in (await browser.get(PATH)).text


async def test_two_operators_decide_on_their_pages(browser: Browser) -> None:
    hall = browser.hall
    holder, asker = await hall.sign_in(OTHER), await hall.sign_in("13800000005")
    await be(hall, holder, XIAOMING)
    await be(hall, asker, XIAOMING)
    assert (await browser.get("/operator/names")).status_code == 404
    for number, phone in enumerate((PHONE, "13800000006"), start=1):
        browser.client.cookies.delete("openhall_session")
        await browser.sign_in(phone)
        await make_operator(hall, phone)
        listed = (await browser.get("/operator/names")).text
        (path,) = re.findall(r'href="(/operator/names/[0-9a-f-]+)"', listed)
        page = (await browser.get(path)).text
        assert XIAOMING.name in page, "in full: it is compared with a card"
        assert "137****7000" not in page
        assert (await browser.post(path, verdict="move", reason=" ")).status_code == 400
        assert (await browser.post(path, verdict="perhaps", reason="x")).status_code == 400
        decided = await browser.post(path, verdict="move", reason="The card is hers")
        assert decided.headers["location"] == (path if number == 1 else "/operator/names")
        if number == 1:
            assert "The card is hers" in (await browser.get(path)).text
            assert (await browser.post(path, verdict="move", reason="Again")).status_code == 409
    assert "Nothing to decide" in (await browser.get("/operator/names")).text
    assert (await trail(hall, asker))[-1] == "moved_in"
    await hall.books_agree()


async def test_whoever_asked_for_a_name_that_stays_elsewhere_is_told_so(browser: Browser) -> None:
    hall = browser.hall
    holder, asker = await hall.sign_in(OTHER), await hall.sign_in("13800000005")
    await be(hall, holder, XIAOMING)
    await be(hall, asker, XIAOMING)
    for phone in (PHONE, "13800000006"):
        browser.client.cookies.delete("openhall_session")
        await browser.sign_in(phone)
        await make_operator(hall, phone)
        (path,) = re.findall(r'href="(/operator/names/[0-9a-f-]+)"', (await browser.get("/operator/names")).text)
        assert XIAOMING.name in (await browser.get(path)).text, "operators compare the whole name with a card"
        assert (await browser.post(path, verdict="keep", reason="The card is the holder's")).status_code == 303
    told = (await hall.client.get("/api/v1/messages", headers=asker)).json()["messages"]
    assert [message["link"] for message in told] == [PATH]
    assert (await hall.client.get("/api/v1/me/real-name", headers=asker)).json()["state"] == "kept"
    browser.client.cookies.delete("openhall_session")
    await browser.sign_in("13800000005")
    page = (await browser.get(PATH)).text
    assert "The hall decided that the name stays with the other account" in page
    assert "The register did not confirm your name" not in page
    seen = (await hall.client.get("/api/v1/me/accesses", headers=asker)).json()["accesses"]
    assert "people.name_in_full" in [one["look"] for one in seen]


async def test_the_page_that_asked_for_a_name_is_gone_on_to_once_there_is_one(browser: Browser) -> None:
    await browser.sign_in(PHONE)
    sent = (await browser.get("/family/new")).headers["Location"]
    asked = (await browser.get(sent)).text
    assert "Your real name first" in asked
    (way,) = re.findall(r'href="(/me/real-name[^"]*)"', asked)
    await browser.get(way)
    named = await browser.post(PATH, name=XIAOMING.name, national_id=XIAOMING.national_id)
    assert named.status_code == 303
    assert 'href="/family/new"' in (await browser.get(PATH)).text


async def make_operator(hall: Hall, phone: str) -> None:
    who = await id_of(hall, await hall.sign_in(phone))
    async with hall.pool.write() as conn:
        await people.add_operator(conn, who)


async def test_a_changed_name_is_written_under_the_old_one_after_a_fresh_proof(browser: Browser) -> None:
    await confirm(browser, XIAOMING.name, XIAOMING.national_id)
    page = (await browser.get(PATH)).text
    assert "<summary>My name has changed</summary>" in page
    assert f'action="{PATH}"' in page
    refused = await confirm(browser, "李四", XIAOMING.national_id)
    assert (refused.status_code, 'choices-more" open' in refused.text) == (422, True), "what was typed is seen"
    with clock.at(clock.now() + timedelta(minutes=6)):
        late = (await browser.get(PATH)).text
    assert f"/step-up?next={PATH}" in late
    assert f'action="{PATH}"' not in late
