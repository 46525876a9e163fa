"""A stall: opened in a minute, paid by typed digits, and its till says every payment once and in order."""

import re
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from tests.browser.city import Person, new_phone, path_of
from tests.browser.conftest import NewPerson
from tests.browser.relay import relay
from tests.browser.sitting import SMALL, USUAL, Enter, Sitting, doors
from tests.outside_fixture import OutsideProgram
from tests.postgres_fixture import database
from tests.served import Served, served

pytestmark = pytest.mark.browser

ZH = ["收款一元", "收款二元五角", "收款三元零五分"]


def open_till(sitting: Sitting, shop: dict[str, Any]) -> None:
    """Open the till of a shop and wait until it listens."""
    sitting.page.goto(f"/shops/{shop['id']}/till")
    expect(sitting.page.locator("#link-state")).to_have_attribute("data-state", "live")


@pytest.mark.parametrize("size", [SMALL, USUAL], ids=["360", "390"])
def test_a_stall_opens_is_paid_and_announces_it(enter: Enter, new_person: NewPerson, size: ViewportSize) -> None:
    keeper, guest = new_person(), new_person()
    guest.top_up(10_000)

    stall = enter(keeper, size=size, lang="en")
    page = stall.page
    page.goto("/shops")
    page.get_by_role("link", name="Open a shop").click()
    page.get_by_label("Name on the sign").fill("王记早餐")
    page.get_by_role("radio", name="Breakfast stall, snacks").check()
    page.get_by_role("button", name="Open the shop").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("王记早餐")
    shop = path_of(page).rpartition("/")[2]
    digits = page.locator(".digits").inner_text()

    page.get_by_role("link", name="Poster to print").click()
    expect(page.locator(".poster-name")).to_have_text("王记早餐")
    expect(page.locator(".poster-qr svg")).to_be_visible()
    assert page.locator(".poster .digits").inner_text().split() == digits.split()
    page.get_by_role("link", name="Back").click()
    page.get_by_role("link", name="Open the till").click()
    expect(page.locator("#link-state")).to_have_attribute("data-state", "live")

    payer = enter(guest, size=size, lang="zh_CN")
    phone = payer.page
    phone.goto("/scan")
    phone.get_by_role("textbox").fill(digits)
    phone.locator(".type-code button").click()
    expect(phone.locator(".payee-name")).to_have_text("王记早餐")
    for key in ("3", "小数点", "5", "0"):
        phone.get_by_role("button", name=key, exact=True).click()
    expect(phone.locator("#amount")).to_have_value("3.50")
    phone.locator(".dock .button-main").click()
    expect(phone.locator(".payee-name")).to_have_text("王记早餐")
    expect(phone.locator(".confirm .amount")).to_have_text("¥3.50")
    expect(phone.locator(".facts")).to_contain_text("¥96.50")
    phone.locator(".dock .button-main").click()

    expect(phone.locator("#paid h1")).to_be_visible()
    expect(phone.locator("#paid .amount")).to_have_text("¥3.50")
    expect(phone.locator("#paid .spoken")).to_have_text("付款成功，三元五角")
    expect(phone.locator("#say-again")).to_be_visible()
    payer.hears("付款成功，三元五角")
    phone.locator("#say-again").click()
    payer.hears("付款成功，三元五角", "付款成功，三元五角")

    stall.hears("received 3 yuan 50")
    expect(page.locator('[data-part="last"]')).to_have_text("¥3.50")
    expect(page.locator('[data-part="total"]')).to_have_text("¥3.50")
    row = page.locator('[data-part="list"] .row')
    expect(row).to_have_count(1)
    expect(row).to_contain_text("¥3.50")
    assert guest.phone not in page.content()
    assert shop in page.url


def test_each_payment_is_spoken_once_and_in_order(enter: Enter, new_person: NewPerson) -> None:
    keeper, guest = new_person(), new_person()
    guest.top_up(10_000)
    shop = keeper.open_shop()
    tills = [enter(keeper, lang="zh_CN"), enter(keeper, lang="zh_CN")]
    for till in tills:
        open_till(till, shop)
    for amount in (100, 250, 305):
        guest.pay(shop, amount)
    for till in tills:
        till.hears(*ZH)
        assert {words["lang"] for words in till.page.evaluate("window.said")} == {"zh-CN"}
        amounts = till.page.locator('[data-part="list"] .row [data-part="amount"]').all_inner_texts()
        assert amounts == ["¥3.05", "¥2.50", "¥1.00"]


def test_a_reload_shows_the_same_list_and_speaks_nothing_again(enter: Enter, new_person: NewPerson) -> None:
    keeper, guest = new_person(), new_person()
    guest.top_up(10_000)
    shop = keeper.open_shop()
    till = enter(keeper)
    open_till(till, shop)
    for amount in (100, 250):
        guest.pay(shop, amount)
    till.hears("received 1 yuan", "received 2 yuan 50")
    rows = till.page.locator('[data-part="list"] .row')
    shown = rows.all_inner_texts()
    till.page.reload()
    expect(till.page.locator("#link-state")).to_have_attribute("data-state", "live")
    assert rows.all_inner_texts() == shown
    assert till.said() == []
    guest.pay(shop, 305)
    expect(rows).to_have_count(3)
    till.hears("received 3 yuan 05")


def test_a_muted_till_shows_and_stays_silent_until_it_may_speak_again(enter: Enter, new_person: NewPerson) -> None:
    keeper, guest = new_person(), new_person()
    guest.top_up(10_000)
    shop = keeper.open_shop()
    till = enter(keeper)
    open_till(till, shop)
    mute = till.page.locator('[data-part="mute"]')
    mute.click()
    expect(mute).to_have_attribute("aria-pressed", "true")
    guest.pay(shop, 100)
    expect(till.page.locator('[data-part="list"] .row')).to_have_count(1)
    till.hears()
    mute.click()
    guest.pay(shop, 250)
    expect(till.page.locator('[data-part="list"] .row')).to_have_count(2)
    till.hears("received 2 yuan 50")


def test_the_sound_can_be_tested(enter: Enter, new_person: NewPerson) -> None:
    keeper = new_person()
    till = enter(keeper)
    open_till(till, keeper.open_shop())
    till.page.get_by_role("button", name="Test sound").click()
    till.hears("This is how a payment sounds.")
    expect(till.page.get_by_role("button", name="Start the sound")).to_be_hidden()


def test_a_broken_connection_costs_the_till_nothing(chromium: Browser, hall: Served, new_person: NewPerson) -> None:
    keeper, guest = new_person(), new_person()
    guest.top_up(10_000)
    shop = keeper.open_shop()
    with relay(hall.web.port) as network, doors(chromium, network.url) as enter:
        till = enter(keeper, lang="zh_CN")
        till.watch.allow_cuts()
        open_till(till, shop)
        guest.pay(shop, 100)
        till.hears(*ZH[:1])
        network.cut()
        expect(till.page.locator("#link-state")).to_have_attribute("data-state", "lost")
        for amount in (250, 305):
            guest.pay(shop, amount)
        till.hears(*ZH[:1])
        network.mend()
        till.hears(*ZH)
        expect(till.page.locator("#link-state")).to_have_attribute("data-state", "live")
        expect(till.page.locator('[data-part="list"] .row')).to_have_count(3)


def test_a_connection_that_dies_without_a_word_is_noticed(
    chromium: Browser, hall: Served, new_person: NewPerson
) -> None:
    """As on a phone that changes networks: the browser believes that it still hears the hall."""
    keeper, guest = new_person(), new_person()
    guest.top_up(10_000)
    shop = keeper.open_shop()
    with relay(hall.web.port) as network, doors(chromium, network.url) as enter:
        till = enter(keeper, lang="zh_CN")
        till.page.clock.install()
        open_till(till, shop)
        guest.pay(shop, 100)
        till.hears(*ZH[:1])
        network.forget("/till/stream")
        guest.pay(shop, 250)
        till.hears(*ZH[:1])
        till.page.clock.fast_forward(41_000)
        till.hears(*ZH[:2])


def test_a_till_told_that_it_is_online_again_listens_again(enter: Enter, new_person: NewPerson) -> None:
    keeper, guest = new_person(), new_person()
    guest.top_up(10_000)
    shop = keeper.open_shop()
    till = enter(keeper, lang="zh_CN")
    till.watch.allow_cuts()
    open_till(till, shop)
    till.context.set_offline(True)
    expect(till.page.locator("#link-state")).to_have_attribute("data-state", "lost")
    till.context.set_offline(False)
    expect(till.page.locator("#link-state")).to_have_attribute("data-state", "live")
    guest.pay(shop, 100)
    till.hears(*ZH[:1])


@pytest.fixture
def own_hall(
    cluster_dsn: str,
    template: str,
    worker_id: str,
    outside: OutsideProgram,
    chromium: Browser,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Served]:
    """A hall of this test alone, whose processes may be killed."""
    folder = tmp_path_factory.mktemp("own")
    with database(cluster_dsn, f"till_{worker_id}", template) as dsn, served(dsn, outside, folder) as hall:
        yield hall


def test_a_killed_server_costs_the_till_nothing(own_hall: Served, chromium: Browser) -> None:
    """The till hangs on one process; while that one is dead, another takes the payments."""
    other = own_hall.another_web()
    with (
        closing(Person(own_hall, new_phone())) as keeper,
        closing(Person(own_hall, new_phone())) as guest,
        doors(chromium, own_hall.url) as enter,
    ):
        guest.top_up(10_000)
        shop = keeper.open_shop()
        till = enter(keeper, lang="zh_CN")
        till.watch.allow_cuts()
        open_till(till, shop)
        guest.pay(shop, 100)
        till.hears(*ZH[:1])
        own_hall.web.kill()
        expect(till.page.locator("#link-state")).to_have_attribute("data-state", "lost")
        for amount in (250, 305):
            guest.pay(shop, amount, at=other.url)
        own_hall.web.start()
        till.hears(*ZH)
        expect(till.page.locator('[data-part="total"]')).to_have_text("¥6.55")


FORGED = """
(payment) => {
  const data = JSON.stringify(payment);
  const forged = (type, extra = {}) => new MessageEvent(type, { data, lastEventId: "900001", ...extra });
  for (const target of [window, document, document.getElementById("till")]) {
    target.dispatchEvent(forged("payment.succeeded"));
    target.dispatchEvent(forged("message", { origin: "https://elsewhere.example" }));
    target.dispatchEvent(new CustomEvent("payment.succeeded", { detail: payment, bubbles: true }));
  }
  window.postMessage({ type: "payment.succeeded", ...payment }, "*");
  new BroadcastChannel("openhall").postMessage(payment);
  window.dispatchEvent(new StorageEvent("storage", { key: "openhall.till", newValue: data }));
  const frame = document.createElement("iframe");
  document.body.append(frame);
  frame.contentWindow.parent.postMessage(payment, "*");
}
"""


def test_the_part_that_an_offer_paid_is_shown_as_it_comes_and_the_whole_amount_is_spoken(
    enter: Enter, new_person: NewPerson
) -> None:
    keeper, guest = new_person(), new_person()
    guest.top_up(10_000)
    keeper.top_up(10_000)
    shop = keeper.open_shop()
    till = enter(keeper, lang="en")
    open_till(till, shop)
    split = till.page.locator('[data-part="last-split"]')
    guest.pay(shop, 100)
    till.hears("received 1 yuan")
    expect(split.locator("span").first).to_be_hidden()
    today = till.page.evaluate("new Date().toLocaleDateString('sv', { timeZone: 'Asia/Shanghai' })")
    campaign = {"title": "Breakfast", "kind": "amount_off", "amount": 150, "budget": 1_000, "start": True}
    groups = [{"kind": "shop", "id": shop["id"]}]
    wish = campaign | {"first_day": today, "last_day": today, "groups": groups}
    assert keeper.api("POST", "/campaigns", wish).status_code == 201
    guest.pay(shop, 250)
    till.hears("received 1 yuan", "received 2 yuan 50")
    expect(split).to_have_text("The customer ¥1.00, an offer ¥1.50")
    row = till.page.locator('[data-part="list"] .row').first
    expect(row.locator('[data-part="amount"]')).to_have_text("¥2.50")
    expect(row.locator('[data-part="split"]')).to_have_text("The customer ¥1.00, an offer ¥1.50")
    expect(till.page.locator('[data-part="total"]')).to_have_text("¥3.50")


def test_pitfall_10_only_a_settled_payment_makes_the_till_sound(enter: Enter, new_person: NewPerson) -> None:
    """Not a forged event, not the message of another origin, not a refund, not another change of the shop."""
    keeper, guest = new_person(), new_person()
    guest.top_up(10_000)
    shop = keeper.open_shop()
    till = enter(keeper, lang="zh_CN")
    open_till(till, shop)
    paid = guest.pay(shop, 100)
    till.hears(*ZH[:1])
    shown = {**paid, "payer_masked": "x", "say": {"zh_CN": "收款一万元"}, "amount_text": {"zh_CN": "¥10000.00"}}
    till.page.evaluate(FORGED, shown)
    assert keeper.api("POST", f"/payments/{paid['id']}/refunds", {"amount": 50, "reason": "x"}).status_code == 201
    assert keeper.api("POST", f"/shops/{shop['id']}/name", {"shop_name": "收款一万元"}).status_code == 200
    guest.pay(shop, 250)
    till.hears(*ZH[:2])
    # Two payments, and the refund, which is shown in silence.
    expect(till.page.locator('[data-part="list"] .row')).to_have_count(3)


def test_pitfall_10_what_was_announced_is_not_announced_again_after_a_new_connection(
    chromium: Browser, hall: Served, new_person: NewPerson
) -> None:
    """Also when the stream brings it once more, as a proxy or an attacker on the way could."""
    keeper, guest = new_person(), new_person()
    guest.top_up(10_000)
    shop = keeper.open_shop()
    with relay(hall.web.port) as network, doors(chromium, network.url) as enter:
        till = enter(keeper, lang="zh_CN")
        till.watch.allow_cuts()
        # Every new connection asks for all that ever was.
        till.context.route(
            "**/till/stream?after=*",
            lambda route: route.continue_(url=re.sub(r"after=\d+", "after=0", route.request.url)),
        )
        open_till(till, shop)
        for amount in (100, 250):
            guest.pay(shop, amount)
        till.hears(*ZH[:2])
        network.cut()
        expect(till.page.locator("#link-state")).to_have_attribute("data-state", "lost")
        network.mend()
        expect(till.page.locator("#link-state")).to_have_attribute("data-state", "live")
        guest.pay(shop, 305)
        till.hears(*ZH)
        expect(till.page.locator('[data-part="list"] .row')).to_have_count(3)


def test_pitfall_10_another_site_cannot_make_the_till_listen_to_it(enter: Enter, new_person: NewPerson) -> None:
    """The page may speak to its own hall alone."""
    keeper = new_person()
    till = enter(keeper)
    answer = till.page.goto(f"/shops/{keeper.open_shop()['id']}/till")
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";") if " " in part.strip())
    assert directives.get("connect-src", directives["default-src"]) == "'self'"
    assert directives["frame-ancestors"] == "'none'"
