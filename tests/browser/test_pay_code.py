"""The pay code in the hand: scanners read it from the screen, it renews itself, and the page follows the charge."""

import io
from uuid import UUID, uuid4

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from openhall.base import clock
from openhall.core.payments import paycodes
from tests.browser.city import path_of
from tests.browser.conftest import NewPerson
from tests.browser.counter import ask_payer, tell
from tests.browser.sitting import SMALL, Enter

pytestmark = pytest.mark.browser


def digits_on(page: Page) -> str:
    return page.locator(".pay-codes .digits").inner_text().replace(" ", "").replace("\n", "")


def open_code(page: Page) -> str:
    """Open the page and wait until its stream listens; the digits."""
    with page.expect_response("**/pay-code/stream*"):
        page.goto("/pay-code")
    return digits_on(page)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("mode", ["normal", "elder"])
def test_scanners_read_both_codes_from_the_screen(enter: Enter, new_person: NewPerson, mode: str, theme: str) -> None:
    page = enter(new_person(), size=SMALL, mode=mode, theme=theme, scale=3).page
    digits = open_code(page)
    picture = Image.open(io.BytesIO(page.screenshot(full_page=True)))
    found = {code.format: code.text for code in zxingcpp.read_barcodes(picture)}
    assert found == {zxingcpp.BarcodeFormat.QRCode: digits, zxingcpp.BarcodeFormat.Code128: digits}


def test_the_code_renews_itself_before_it_ends(enter: Enter, new_person: NewPerson) -> None:
    page = enter(new_person()).page
    page.clock.install()
    digits = open_code(page)
    page.clock.run_for(30_000)
    assert digits_on(page) == digits
    with page.expect_response("**/pay-code?after=*"):
        page.clock.run_for(25_000)
    expect(page.locator(".pay-codes .digits")).not_to_contain_text(digits[12:15] + " " + digits[15:])
    assert digits_on(page) != digits
    assert path_of(page) == "/pay-code"


def test_without_a_connection_an_old_code_is_not_shown(enter: Enter, new_person: NewPerson) -> None:
    sitting = enter(new_person())
    page = sitting.page
    page.clock.install()
    digits = open_code(page)
    sitting.watch.allow_cuts()
    sitting.context.set_offline(True)
    page.clock.run_for(70_000)
    expect(page.get_by_text("No connection")).to_be_visible()
    expect(page.locator(".pay-codes")).to_be_hidden()
    sitting.context.set_offline(False)
    page.clock.run_for(6_000)
    expect(page.locator(".pay-codes")).to_be_visible()
    assert digits_on(page) != digits


def test_the_page_goes_to_the_receipt_when_the_shop_was_paid(enter: Enter, new_person: NewPerson) -> None:
    payer, keeper = new_person(), new_person()
    payer.top_up(10_000)
    shop = keeper.open_shop("王记早餐")
    page = enter(payer, lang="zh_CN").page
    page.goto("/")
    page.get_by_role("link", name="付款码").click()
    open_code(page)
    paid = payer.pay(shop, 350)
    fact = paycodes.ChargeSucceeded(UUID(paid["id"]), shop["name"], 350, "CNY", paid["receipt_no"], clock.now())
    tell(payer, fact)
    page.wait_for_url(f"**/payments/{paid['id']}*")
    expect(page.locator(".payee-name")).to_have_text("王记早餐")
    expect(page.locator("#paid")).to_contain_text("3.50")
    expect(page.get_by_text(paid["receipt_no"])).to_be_visible()


def test_a_large_charge_is_confirmed_on_the_phone(enter: Enter, new_person: NewPerson) -> None:
    payer, keeper = new_person(), new_person()
    payer.top_up(200_000)
    shop = keeper.open_shop("Old Wang's")
    page = enter(payer, size=SMALL).page
    open_code(page)
    charge = ask_payer(payer, shop, 150_000)
    page.wait_for_url(f"**/pay-code/charges/{charge}")
    expect(page.get_by_role("heading", name="Old Wang's")).to_be_visible()
    page.get_by_role("button", name="Pay ¥1,500.00").click()
    page.wait_for_url(f"**/payments/{charge}")
    expect(page.get_by_role("heading", name="Paid")).to_be_visible()
    assert payer.balance() == 50_000
    assert keeper.taken(shop) == [150_000]


def test_who_refuses_pays_nothing_and_may_go_on(enter: Enter, new_person: NewPerson) -> None:
    payer, keeper = new_person(), new_person()
    payer.top_up(10_000)
    page = enter(payer).page
    open_code(page)
    charge = ask_payer(payer, keeper.open_shop(), 5_000)
    page.wait_for_url(f"**/pay-code/charges/{charge}")
    page.get_by_role("button", name="Refuse").click()
    expect(page.get_by_text("You refused. Nothing was paid.")).to_be_visible()
    page.get_by_role("link", name="Fresh code").click()
    expect(page.locator(".pay-codes")).to_be_visible()
    assert payer.balance() == 10_000


def test_a_charge_in_vain_is_told_with_a_fresh_code(enter: Enter, new_person: NewPerson) -> None:
    payer = new_person()
    page = enter(payer).page
    digits = open_code(page)
    tell(payer, paycodes.ChargeRefused(uuid4(), "Corner shop", 350, "CNY", "payments.insufficient_funds"))
    expect(page.get_by_role("alert").first).to_contain_text("¥3.50 to Corner shop was not paid")
    assert digits_on(page) != digits
