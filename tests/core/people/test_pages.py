"""The pages of people: signing in with a browser, settings, devices."""

import re
from typing import Any

import pytest

from tests.hall import Hall

pytestmark = pytest.mark.anyio
PHONE, OTHER = "13800138000", "13700137000"
CHROME = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/156.0.0.0 Mobile Safari/537.36"
ENGLISH = {"Accept-Language": "en", "User-Agent": CHROME}


class Browser:
    """A person's browser: keeps cookies, sends the token of each form, does not follow redirects by itself."""

    def __init__(self, hall: Hall) -> None:
        self.hall = hall
        self.client = hall.client

    async def get(self, path: str, **headers: str) -> Any:
        return await self.client.get(path, headers=ENGLISH | headers, follow_redirects=False)

    async def post(self, path: str, **fields: str) -> Any:
        token = self.client.cookies.get("openhall_csrf") or ""
        if not token:
            await self.get("/sign-in")
            token = self.client.cookies.get("openhall_csrf") or ""
        form = {"_csrf_token": token, **fields}
        return await self.client.post(path, data=form, headers=ENGLISH, follow_redirects=False)

    async def code(self, phone: str = PHONE) -> str:
        messages = await self.client.get(f"/demo/phone/{phone}", headers={"Accept": "application/json"})
        return str(messages.json()[0]["code"])

    async def sign_in(self, phone: str = PHONE) -> Any:
        asked = await self.post("/sign-in", phone=phone)
        assert (asked.status_code, asked.headers["location"]) == (303, "/sign-in/code")
        return await self.post("/sign-in/code", phone=phone, code=await self.code(phone))


@pytest.fixture
def browser(hall: Hall) -> Browser:
    return Browser(hall)


def cookie(answer: Any, name: str) -> str:
    """The Set-Cookie header of a cookie."""
    (found,) = (line for line in answer.headers.get_list("set-cookie") if line.startswith(f"{name}="))
    return str(found)


async def test_a_person_signs_in_and_lands_where_they_wanted_to_go(browser: Browser) -> None:
    sent_away = await browser.get("/me/sessions")
    assert (sent_away.status_code, sent_away.headers["location"]) == (303, "/sign-in?next=/me/sessions")
    assert "Sign in with your phone" in (await browser.get(sent_away.headers["location"])).text
    await browser.post("/sign-in", phone="138 0013 8000")
    code_page = await browser.get("/sign-in/code")
    assert "138****8000" in code_page.text
    assert 'href="/demo/phone/%2B8613800138000"' in code_page.text
    landed = await browser.post("/sign-in/code", phone="+8613800138000", code=await browser.code())
    assert (landed.status_code, landed.headers["location"]) == (303, "/me/sessions")
    devices = await browser.get("/me/sessions")
    assert "Chrome on Android" in devices.text
    assert "This device" in devices.text


async def test_the_session_cookie_is_kept_from_scripts_and_other_sites(browser: Browser) -> None:
    landed = await browser.sign_in()
    line = cookie(landed, "openhall_session").lower()
    assert "httponly" in line
    assert "samesite=lax" in line
    assert f"max-age={30 * 86_400}" in line


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "/me\r\nSet-Cookie: a=b",
        "javascript:alert(1)",
        "me",
        "/" + "a" * 3000,
        "/支付",
    ],
)
async def test_a_redirect_never_leads_away_from_the_hall(browser: Browser, wanted: str) -> None:
    answer = await browser.post("/me/preferences", mode="elder", back=wanted)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    await browser.client.get("/sign-in", params={"next": wanted})
    assert (await browser.sign_in()).headers["location"] == "/"


async def test_what_a_person_wanted_survives_signing_in_to_the_letter(browser: Browser) -> None:
    wanted = "/pay?code=a%3Bb%22c%20d&x=1,2"
    await browser.client.get("/sign-in", params={"next": wanted})
    assert (await browser.sign_in()).headers["location"] == wanted


async def test_a_cookie_is_no_bearer_and_a_bearer_no_cookie(browser: Browser) -> None:
    api = await browser.hall.sign_in(OTHER)
    browser.client.cookies.set("openhall_session", api["Authorization"].removeprefix("Bearer "))
    assert (await browser.get("/me")).status_code == 303
    browser.client.cookies.delete("openhall_session")
    await browser.sign_in()
    token = browser.client.cookies.get("openhall_session")
    me = await browser.client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert (me.status_code, me.json()["code"]) == (401, "people.session_invalid")


async def test_a_wrong_phone_is_said_beside_what_was_typed(browser: Browser) -> None:
    again = await browser.post("/sign-in", phone="12345")
    assert again.status_code == 400
    assert "not a mobile phone number" in again.text
    assert 'value="12345"' in again.text


async def test_a_wrong_code_is_said_and_counted(browser: Browser) -> None:
    await browser.post("/sign-in", phone=PHONE)
    right = await browser.code()
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    for _ in range(4):
        again = await browser.post("/sign-in/code", phone=PHONE, code=wrong)
        assert again.status_code == 422
        assert "This code is not right." in again.text
    spent = await browser.post("/sign-in/code", phone=PHONE, code=wrong)
    assert "no longer valid" in spent.text
    assert (await browser.post("/sign-in/code", phone=PHONE, code=right)).status_code == 422


async def test_too_many_requests_say_how_long_to_wait(browser: Browser) -> None:
    for _ in range(5):
        assert (await browser.post("/sign-in", phone=PHONE)).status_code == 303
    refused = await browser.post("/sign-in", phone=PHONE)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert "tried too often" in refused.text


async def test_the_code_page_without_a_phone_leads_to_the_beginning(browser: Browser) -> None:
    assert (await browser.get("/sign-in/code")).headers["location"] == "/sign-in"
    assert (await browser.post("/sign-in/code", code="123456")).headers["location"] == "/sign-in"


async def test_a_form_without_its_token_is_refused(browser: Browser) -> None:
    refused = await browser.client.post("/sign-in", data={"phone": PHONE})
    assert refused.status_code == 403
    assert "open for too long" in refused.text or "太久" in refused.text


async def test_signing_out_ends_the_session_and_always_succeeds(browser: Browser) -> None:
    await browser.sign_in()
    token = browser.client.cookies.get("openhall_session")
    out = await browser.post("/sign-out")
    assert (out.status_code, out.headers["location"]) == (303, "/")
    assert browser.client.cookies.get("openhall_session") is None
    browser.client.cookies.set("openhall_session", str(token))
    assert (await browser.get("/me")).headers["location"] == "/sign-in?next=/me"
    assert (await browser.post("/sign-out")).status_code == 303


async def test_signed_in_already_one_need_not_sign_in(browser: Browser) -> None:
    await browser.sign_in()
    assert (await browser.get("/sign-in")).headers["location"] == "/"


async def test_a_device_can_be_signed_out_from_another(browser: Browser) -> None:
    await browser.sign_in()
    stolen = str(browser.client.cookies.get("openhall_session"))
    browser.client.cookies.delete("openhall_session")
    await browser.sign_in()
    devices = (await browser.get("/me/sessions")).text
    (ending,) = re.findall(r'action="(/me/sessions/[0-9a-f-]+/end)"', devices)
    ended = await browser.post(ending)
    assert (ended.status_code, ended.headers["location"]) == (303, "/me/sessions")
    assert (await browser.post(ending)).status_code == 404
    browser.client.cookies.set("openhall_session", stolen)
    assert (await browser.get("/me")).status_code == 303


async def test_a_strangers_device_cannot_be_signed_out(browser: Browser) -> None:
    theirs = await browser.hall.sign_in(OTHER)
    (session,) = (await browser.client.get("/api/v1/auth/sessions", headers=theirs)).json()["sessions"]
    await browser.sign_in()
    assert (await browser.post(f"/me/sessions/{session['id']}/end")).status_code == 404


async def test_preferences_hold_without_an_account(browser: Browser) -> None:
    answer = await browser.post("/me/preferences", mode="elder", lang="zh_CN", back="/sign-in")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    page = (await browser.get("/sign-in")).text
    assert 'data-mode="elder"' in page
    assert 'lang="zh-CN"' in page


async def test_preferences_follow_the_resident_to_another_browser(browser: Browser) -> None:
    await browser.sign_in()
    await browser.post("/me/preferences", theme="dark", back="/me")
    await browser.post("/me/preferences", mode="elder", back="/me")
    browser.client.cookies.clear()
    await browser.sign_in()
    page = (await browser.get("/me")).text
    assert 'data-theme="dark"' in page
    assert 'data-mode="elder"' in page


async def test_large_type_chosen_before_signing_in_stays(browser: Browser) -> None:
    await browser.sign_in()
    await browser.post("/me/preferences", mode="normal", back="/me")
    browser.client.cookies.clear()
    await browser.post("/me/preferences", mode="elder", back="/sign-in")
    await browser.sign_in()
    assert 'data-mode="elder"' in (await browser.get("/me")).text
    browser.client.cookies.clear()
    await browser.sign_in()
    assert 'data-mode="elder"' in (await browser.get("/me")).text, "the account has it too, in another browser"


async def test_an_unknown_preference_is_refused_and_an_outside_address_not_followed(browser: Browser) -> None:
    assert (await browser.post("/me/preferences", mode="gigantic")).status_code == 400
    away = await browser.post("/me/preferences", mode="elder", back="https://evil.example/")
    assert away.headers["location"] == "/"


async def test_the_pages_speak_chinese_too(browser: Browser) -> None:
    browser.client.cookies.set("lang", "zh_CN")
    again = await browser.post("/sign-in", phone="12345")
    assert "这不是能接收验证码的手机号。" in again.text
    await browser.sign_in()
    assert "Android 上的 Chrome" in (await browser.get("/me/sessions")).text
