"""Without a network: the pages that were kept, how old they are, whose they are, and a pay code that is paid."""

import io
from collections.abc import Callable
from typing import Any

import pytest
import segno
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from openhall.core.payments.codes import code128
from tests.browser.city import Person, path_of
from tests.browser.conftest import NewPerson
from tests.browser.sitting import SMALL, Enter, Sitting

pytestmark = pytest.mark.browser

KEPT = """async () => {
  const names = await caches.keys();
  const lists = await Promise.all(names.map(async (name) => {
    const cache = await caches.open(name);
    return [name, (await cache.keys()).map((request) => new URL(request.url).pathname)];
  }));
  return Object.fromEntries(lists);
}"""
PAGES = {"/", "/wallet", "/pay-code/offline", "/offline"}


def kept_pages(page: Page) -> list[str]:
    """The addresses of the pages in this browser's caches."""
    caches: dict[str, list[str]] = page.evaluate(KEPT)
    return [path for name, paths in caches.items() if " pages " in name for path in paths]


def until(page: Page, holds: Callable[[], bool]) -> None:
    """Wait for what the worker does beside the page."""
    for _ in range(600):
        if holds():
            return
        page.wait_for_timeout(50)
    raise AssertionError(page.evaluate(KEPT))


def keep_everything(sitting: Sitting) -> Page:
    """Open the hall, and wait until the worker has all it keeps."""
    page = sitting.page
    page.goto("/")
    until(page, lambda: set(kept_pages(page)) == PAGES)
    return page


def go_offline(sitting: Sitting) -> None:
    sitting.watch.allow_cuts()
    sitting.context.set_offline(True)


def test_the_hall_can_be_put_on_a_home_screen(enter: Enter) -> None:
    sitting = enter(lang="zh_CN")
    sitting.page.goto("/")
    address = sitting.page.locator("link[rel=manifest]").get_attribute("href")
    answer = sitting.context.request.get(str(address))
    assert answer.headers["content-type"] == "application/manifest+json"
    said: dict[str, Any] = answer.json()
    assert (said["lang"], said["start_url"], said["display"]) == ("zh-CN", "/", "standalone")
    assert "长安" in said["name"]
    shapes = {(icon["sizes"], icon["purpose"]) for icon in said["icons"]}
    assert {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")} <= shapes
    for icon in said["icons"]:
        picture = Image.open(io.BytesIO(sitting.context.request.get(icon["src"]).body()))
        assert f"{picture.width}x{picture.height}" == icon["sizes"]
    english = sitting.context.request.get("/manifest.webmanifest?lang=en").json()
    assert english["name"] != said["name"]
    assert english["id"] == said["id"]
    # What Chromium itself says about it.
    session = sitting.context.new_cdp_session(sitting.page)
    assert session.send("Page.getAppManifest")["errors"] == []


def test_what_was_seen_opens_offline_and_says_how_old_it_is(enter: Enter, new_person: NewPerson) -> None:
    person = new_person()
    person.top_up(12_300)
    sitting = enter(person, worker=True)
    page = keep_everything(sitting)
    expect(page.locator("#kept")).to_be_hidden()
    go_offline(sitting)
    page.clock.install()
    page.reload()
    expect(page.locator(".balance-figure")).to_contain_text("¥123.00")
    expect(page.locator("#kept")).to_contain_text("No connection")
    expect(page.locator("#kept")).to_contain_text("this minute")
    page.clock.fast_forward(12 * 60_000)
    expect(page.locator("#kept")).to_contain_text("12 minutes ago")
    page.get_by_role("link", name="Wallet").click()
    expect(page.locator(".purse .amount")).to_have_text("¥123.00")
    expect(page.get_by_text("Top-up")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).margin") == "0px", "the style sheets were kept too"
    # What was not kept says so, under its own address.
    page.goto("/shops")
    expect(page.get_by_text("This page needs a connection")).to_be_visible()
    assert path_of(page) == "/shops"


def test_with_a_network_every_page_comes_from_it(enter: Enter, new_person: NewPerson) -> None:
    person = new_person()
    page = keep_everything(enter(person, worker=True))
    person.top_up(5_000)
    page.goto("/")
    expect(page.locator(".balance-figure")).to_contain_text("¥50.00")
    page.goto("/wallet")
    expect(page.locator(".purse .amount")).to_have_text("¥50.00")


def test_signing_out_leaves_nothing_behind(enter: Enter, new_person: NewPerson) -> None:
    sitting = enter(new_person(), worker=True)
    page = keep_everything(sitting)
    page.goto("/pay-code")
    page.get_by_role("button", name="Let this phone pay offline").click()
    expect(page.get_by_text("This phone pays offline")).to_be_visible()
    page.goto("/me")
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("link", name="Sign in or join")).to_be_visible()
    assert kept_pages(page) == []
    until(page, lambda: page.evaluate("indexedDB.databases()") == [])
    go_offline(sitting)
    for path in ("/", "/wallet", "/pay-code"):
        with pytest.raises(Exception, match="ERR_"):
            page.goto(path)


def test_the_next_person_at_the_browser_finds_only_what_is_theirs(enter: Enter, new_person: NewPerson) -> None:
    first, second = new_person(), new_person()
    first.top_up(77_700)
    sitting = enter(first, worker=True)
    page = keep_everything(sitting)
    # Not signed out: another session's cookie is simply there.
    url = page.evaluate("location.origin")
    sitting.context.add_cookies([{"name": "openhall_session", "value": second.new_session(), "url": url}])
    page.goto("/me")
    whose = page.locator("html").get_attribute("data-whose")
    assert all(name.endswith((" parts", f" {whose}")) for name in page.evaluate("caches.keys()"))
    until(page, lambda: set(kept_pages(page)) == PAGES)
    go_offline(sitting)
    for path in ("/", "/wallet"):
        page.goto(path)
        expect(page.locator("body")).not_to_contain_text("777")
        expect(page.locator("#kept")).to_be_visible()


def test_another_language_is_kept_anew(enter: Enter, new_person: NewPerson) -> None:
    sitting = enter(new_person(), worker=True)
    page = keep_everything(sitting)
    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    until(page, lambda: set(kept_pages(page)) == PAGES)
    go_offline(sitting)
    page.goto("/wallet")
    expect(page.locator("#kept")).to_contain_text("没有网络")
    page.goto("/messages")
    expect(page.get_by_text("这个页面要联网才能打开")).to_be_visible()


def test_a_new_version_of_the_worker_takes_over_and_throws_old_forms_away(enter: Enter, new_person: NewPerson) -> None:
    sitting = enter(new_person(), worker=True)
    page = keep_everything(sitting)
    page.evaluate("caches.open('hall 0 pages somebody').then((cache) => cache.put('/', new Response('old')))")
    page.evaluate(
        """async () => {
          const taken = new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done));
          await navigator.serviceWorker.register("/service-worker.js?next");
          await taken;
        }"""
    )
    until(page, lambda: "hall 0 pages somebody" not in page.evaluate("caches.keys()"))
    assert set(kept_pages(page)) == PAGES
    go_offline(sitting)
    page.goto("/wallet")
    expect(page.locator("#kept")).to_be_visible()


def test_a_payment_that_is_cut_off_is_not_called_failed(enter: Enter, new_person: NewPerson) -> None:
    payer, keeper = new_person(), new_person()
    payer.top_up(10_000)
    shop = keeper.open_shop()
    sitting = enter(payer, worker=True)
    page = keep_everything(sitting)
    page.goto(f"/pay/confirm?code={shop['short_code']}&amount=3.50")
    go_offline(sitting)
    page.get_by_role("button", name="Pay ¥3.50").click()
    expect(page.get_by_text("Look at your wallet before you pay once more")).to_be_visible()
    expect(page.get_by_text("It opens by itself")).to_be_hidden()


def charge(keeper: Person, shop: dict[str, Any], digits: str, amount: int) -> tuple[int, Any]:
    """A counter reads a code."""
    body = {"pay_code": digits, "amount": amount, "reference": digits}
    answer = keeper.api("POST", f"/shops/{shop['id']}/charges", body)
    return answer.status_code, answer.json()


def test_a_code_made_without_a_network_is_paid_at_the_counter(enter: Enter, new_person: NewPerson) -> None:
    payer, keeper = new_person(), new_person()
    payer.top_up(10_000)
    shop = keeper.open_shop()
    sitting = enter(payer, size=SMALL, scale=3, worker=True)
    page = keep_everything(sitting)
    page.goto("/pay-code")
    page.get_by_role("button", name="Let this phone pay offline").click()
    expect(page.get_by_text("This phone pays offline")).to_be_visible()
    key = page.evaluate(
        """async () => {
          const { load } = await import("/static/js/pay-key.js");
          const { key } = await load();
          return [key.extractable, key.algorithm.name, await crypto.subtle.exportKey("raw", key).catch((e) => e.name)];
        }"""
    )
    assert key == [False, "HMAC", "InvalidAccessError"]
    go_offline(sitting)
    page.goto("/")
    page.get_by_role("link", name="Pay code").click()
    expect(page.locator("#pay-offline .qr-frame svg")).to_be_visible()
    picture = Image.open(io.BytesIO(page.screenshot(full_page=True)))
    found = {code.format: code.text for code in zxingcpp.read_barcodes(picture)}
    digits = found[zxingcpp.BarcodeFormat.QRCode]
    assert found[zxingcpp.BarcodeFormat.Code128] == digits
    assert digits.startswith("72")
    status, said = charge(keeper, shop, digits, 350)
    assert (status, said["state"]) == (201, "succeeded"), said
    assert payer.balance() == 9_650
    # A minute later it is another one.
    page.clock.install()
    page.clock.fast_forward(60_000)
    expect(page.locator("#pay-offline .digits")).not_to_contain_text(f"{digits[12:15]} {digits[15:]}")
    sitting.context.set_offline(False)
    # With a connection the usual code takes its place by itself.
    expect(page.get_by_text("This phone pays offline")).to_be_visible()
    page.goto("/pay-code/devices")
    expect(page.get_by_text("This device")).to_be_visible()
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("No device pays offline")).to_be_visible()
    # The page says so before its script has thrown the key away.
    page.wait_for_function("async () => !(await (await import('/static/js/pay-key.js')).load())")
    page.goto("/pay-code/offline")
    expect(page.get_by_text("This phone does not pay offline")).to_be_visible()


def test_the_browser_draws_codes_as_the_hall_does(enter: Enter, new_person: NewPerson) -> None:
    page = enter(new_person()).page
    page.goto("/pay-code")
    texts = [f"72{number * 7_919_113_227_981_337 % 10**16:016d}" for number in range(40)]
    drawn = page.evaluate(
        """async (texts) => {
          const { qrModules, barWidths } = await import("/static/js/drawn-codes.js");
          return texts.map((digits) => [qrModules(digits), barWidths(digits)]);
        }""",
        texts,
    )
    for digits, (modules, widths) in zip(texts, drawn, strict=True):
        ours = segno.make(digits, version=1, error="q", mask=0, mode="numeric", boost_error=False)
        assert [[int(dark) for dark in row] for row in modules] == [list(row) for row in ours.matrix], digits
        symbols = [code128._PATTERNS[value] for value in code128.values(digits)]
        assert "".join(map(str, widths)) == "".join(symbols), digits
