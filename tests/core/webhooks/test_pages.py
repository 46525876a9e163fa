"""The pages of webhooks, as a browser gets them."""

import re
from uuid import uuid4

import pytest
from standardwebhooks.webhooks import Webhook

from tests.core.people.test_pages import Browser
from tests.core.webhooks.receiver import Receiver, status
from tests.core.webhooks.stage import Stage

pytestmark = pytest.mark.anyio

OWNER, STRANGER = "13900000001", "13900000009"


@pytest.fixture
async def browser(stage: Stage) -> Browser:
    """The keeper at a browser."""
    opened = Browser(stage.hall)
    await opened.sign_in(OWNER)
    return opened


async def add(browser: Browser, stage: Stage, key: str | None = None, **changes: str) -> str:
    """Add a webhook by the form; the page that shows its key."""
    form = {"url": stage.receiver.url, "events": "payment.succeeded", "request_key": key or str(uuid4())} | changes
    made = await browser.post("/webhooks/new", **form)
    assert made.status_code == 200, made.text
    return str(made.text)


def address_in(page: str) -> str:
    (found,) = set(re.findall(r"/webhooks/[0-9a-f-]{36}", page))
    return str(found)


def secret_in(page: str) -> str:
    (found,) = re.findall(r"whsec_[A-Za-z0-9+/=]+", page)
    return str(found)


async def test_from_the_form_to_the_log(browser: Browser, stage: Stage, receiver: Receiver) -> None:
    assert "No webhook yet" in (await browser.get("/webhooks")).text
    form = await browser.get("/webhooks/new")
    assert "A payment was received" in (await browser.get(form.headers["location"])).text
    page = await add(browser, stage)
    address, secret = address_in(page), secret_in(page)
    await stage.pay()
    receiver.next(status(500))
    await stage.work()
    shown = (await browser.get(address)).text
    assert "500" in shown
    assert "Waiting" in shown
    (delivery,) = set(re.findall(rf"{address}/deliveries/[0-9a-f-]{{36}}", shown))
    again = await browser.post(f"{delivery}/replay")
    assert (again.status_code, again.headers["location"]) == (303, delivery)
    await stage.work()
    shown = (await browser.get(delivery)).text
    assert "Answer 500" in shown
    assert "Answer 204" in shown
    assert "&#34;payment.succeeded&#34;" in shown, "what is sent can be read"
    assert Webhook(secret).verify(receiver.got[1].body, receiver.got[1].headers)


async def test_the_key_is_shown_once(browser: Browser, stage: Stage) -> None:
    page = await add(browser, stage)
    secret = secret_in(page)
    for path in ("/webhooks", address_in(page)):
        assert secret not in (await browser.get(path)).text


async def test_a_double_tap_makes_one_webhook_with_one_key(browser: Browser, stage: Stage) -> None:
    key = str(uuid4())
    first, second = await add(browser, stage, key), await add(browser, stage, key)
    assert (address_in(first), secret_in(first)) == (address_in(second), secret_in(second))
    assert len(re.findall(r'href="/webhooks/[0-9a-f-]{36}"', (await browser.get("/webhooks")).text)) == 1


async def test_who_comes_back_to_the_form_finds_the_webhook_and_makes_no_second(browser: Browser, stage: Stage) -> None:
    form = (await browser.get("/webhooks/new")).headers["location"]
    page = await add(browser, stage, form.partition("=")[2])
    back = await browser.get(form)
    assert (back.status_code, back.headers["location"].partition("#")[0]) == (303, address_in(page))


async def test_no_event_chosen_is_everything(browser: Browser, stage: Stage) -> None:
    page = await browser.post("/webhooks/new", url=stage.receiver.url, request_key="k")
    assert "Everything" in (await browser.get(address_in(page.text))).text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"url": ""}, "This is not an address that can be told."),
        ({"url": "http://shop.example/&"}, "Webhooks go over https only."),
        ({"url": "https://10.0.0.1/&"}, "This address is not on the public internet."),
        ({"events": "nothing"}, "Nothing of this kind is told here."),
        ({"request_key": ""}, "The key of the request is malformed."),
    ],
)
async def test_a_refused_form_comes_back_with_the_reason_and_what_was_typed(
    browser: Browser, changes: dict[str, str], words: str
) -> None:
    typed = {"url": "https://shop.example/a&b", "request_key": "k"} | changes
    refused = await browser.post("/webhooks/new", **typed)
    assert refused.status_code == 400
    assert words in refused.text
    assert f'value="{typed["url"].replace("&", "&amp;")}"' in refused.text


async def test_pausing_changing_the_key_and_deleting(browser: Browser, stage: Stage, receiver: Receiver) -> None:
    page = await add(browser, stage)
    address = address_in(page)
    assert (await browser.post(f"{address}/pause")).headers["location"] == address
    assert "Paused" in (await browser.get(address)).text
    assert (await browser.post(f"{address}/resume")).headers["location"] == address
    rotated = (await browser.post(f"{address}/rotate", request_key="one")).text
    assert secret_in(rotated) != secret_in(page)
    assert secret_in((await browser.post(f"{address}/rotate", request_key="one")).text) == secret_in(rotated)
    assert "The old key also signs until" in (await browser.get(address)).text
    assert stage.receiver.url.split("?")[0] in (await browser.get(f"{address}/delete")).text
    assert (await browser.post(f"{address}/delete")).headers["location"] == "/webhooks"
    assert (await browser.get(address)).status_code == 404


async def test_the_owner_is_told_that_the_hall_has_switched_a_webhook_off(
    browser: Browser, stage: Stage, receiver: Receiver
) -> None:
    address = address_in(await add(browser, stage))
    await stage.pay()
    receiver.next(status(410))
    await stage.work()
    shown = (await browser.get(address)).text
    assert "The hall has switched this webhook off" in shown
    assert "Your program answered 410" in shown
    assert "Switched off" in (await browser.get("/webhooks")).text
    inbox = (await browser.get("/messages")).text
    assert "A webhook was switched off" in inbox
    told = re.findall(r'href="(/messages/[0-9a-f-]{36})"', inbox)[0]
    message = (await browser.get(told)).text
    assert "127.0.0.1 said that it is gone" in message
    assert f'href="{address}"' in message
    await browser.post(f"{address}/resume")
    assert "The hall has switched this webhook off" not in (await browser.get(address)).text


async def test_a_span_of_time_is_sent_again_from_the_page(browser: Browser, stage: Stage, receiver: Receiver) -> None:
    address = address_in(await add(browser, stage))
    await stage.pay()
    receiver.next(status(500))
    await stage.work()
    done = await browser.post(f"{address}/replay", hours="24")
    assert done.headers["location"] == f"{address}?replayed=1"
    assert "Deliveries on their way: 1" in (await browser.get(done.headers["location"])).text
    await stage.work()
    assert len(receiver.got) == 2
    assert (await browser.post(f"{address}/replay", hours="9999")).status_code == 400


async def test_the_log_is_turned_page_by_page(browser: Browser, stage: Stage) -> None:
    address = address_in(await add(browser, stage))
    for _ in range(23):
        await stage.pay()
    await stage.collect()
    first = (await browser.get(address)).text
    (older,) = re.findall(rf'href="({address}\?cursor=[0-9a-f-]+)"', first)
    second = (await browser.get(older)).text
    entries = [re.findall(rf'href="{address}/deliveries/([0-9a-f-]{{36}})"', page) for page in (first, second)]
    assert [len(page) for page in entries] == [20, 3]
    assert len(set(entries[0] + entries[1])) == 23


async def test_ones_own_page_leads_there(browser: Browser) -> None:
    assert 'href="/webhooks"' in (await browser.get("/me")).text


async def test_a_stranger_finds_no_page(browser: Browser, stage: Stage) -> None:
    address = address_in(await add(browser, stage))
    await stage.pay()
    await stage.work()
    (delivery,) = set(re.findall(rf"{address}/deliveries/[0-9a-f-]{{36}}", (await browser.get(address)).text))
    await browser.post("/sign-out")
    assert (await browser.get(address)).headers["location"] == f"/sign-in?next={address}"
    await browser.sign_in(STRANGER)
    for path in (address, f"{address}/delete", delivery):
        assert (await browser.get(path)).status_code == 404, path
    for path in ("pause", "resume", "rotate", "replay", "delete"):
        assert (await browser.post(f"{address}/{path}", request_key="k", hours="1")).status_code == 404, path
    assert (await browser.post(f"{delivery}/replay")).status_code == 404


async def test_what_a_webhook_is_told_stands_in_words_and_what_is_sent_in_lines(browser: Browser, stage: Stage) -> None:
    address = address_in(await add(browser, stage))
    shown = (await browser.get(address)).text
    assert re.search(r'row-title">A payment was received</span><span class="row-sub">payment.succeeded<', shown)
    await stage.pay()
    await stage.work()
    (delivery,) = set(re.findall(rf"{address}/deliveries/[0-9a-f-]{{36}}", (await browser.get(address)).text))
    body = re.findall(r"<pre[^>]*><code>(.*?)</code></pre>", (await browser.get(delivery)).text, re.DOTALL)[0]
    assert len(body.splitlines()) > 5
