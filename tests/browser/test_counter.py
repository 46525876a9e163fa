"""The counter in the hand: the phone's camera and a scanner that types read the payer's code, and the page follows."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.city import Person, path_of
from tests.browser.conftest import NewPerson
from tests.browser.sitting import SMALL, Enter
from tests.browser.test_camera import enter, film, picture, reel, with_camera

__all__ = ["enter", "reel", "with_camera"]

pytestmark = pytest.mark.browser


def code_of(payer: Person) -> str:
    return str(payer.api("POST", "/me/pay-code").json()["digits"])


def type_amount(page: Page, amount: str) -> None:
    page.locator("#amount").fill(amount)
    page.get_by_role("button", name="Next").click()
    page.locator("#pay_code").wait_for(state="attached")


def test_the_camera_reads_the_payers_code_and_the_shop_is_paid(enter: Enter, new_person: NewPerson, reel: Path) -> None:
    keeper, payer = new_person(), new_person()
    payer.top_up(10_000)
    shop = keeper.open_shop("巷口豆浆")
    film(picture(code_of(payer), scale=12), reel)
    sitting = enter(keeper)
    sitting.context.grant_permissions(["camera"])
    page = sitting.page
    page.goto(f"/shops/{shop['id']}/counter")
    type_amount(page, "3.50")
    page.get_by_role("link", name="Read it with the camera").click()
    page.wait_for_url(f"**/shops/{shop['id']}/charges/*")
    expect(page.get_by_role("heading", name="Payment received")).to_be_visible()
    assert keeper.taken(shop) == [350]
    page.get_by_role("link", name="Next payer").click()
    assert path_of(page) == f"/shops/{shop['id']}/counter?camera=1"


def test_a_scanner_that_types_needs_no_tap(enter: Enter, new_person: NewPerson) -> None:
    keeper, payer = new_person(), new_person()
    payer.top_up(10_000)
    shop = keeper.open_shop()
    page = enter(keeper, size=SMALL).page
    page.goto(f"/shops/{shop['id']}/counter")
    type_amount(page, "12")
    page.keyboard.type(code_of(payer) + "\n")
    page.wait_for_url(f"**/shops/{shop['id']}/charges/*")
    expect(page.locator("#outcome .amount")).to_have_text("¥12.00")
    page.get_by_role("link", name="Undo…").click()
    page.get_by_role("button", name="Undo it").click()
    expect(page.get_by_text("Undone. The money went back.")).to_be_visible()
    assert payer.balance() == 10_000


def test_the_page_notices_that_the_payer_said_yes(enter: Enter, new_person: NewPerson) -> None:
    keeper, payer = new_person(), new_person()
    payer.top_up(300_000)
    shop = keeper.open_shop()
    page = enter(keeper).page
    page.goto(f"/shops/{shop['id']}/counter?amount=2000")
    page.locator("#pay_code").fill(code_of(payer))
    page.get_by_role("button", name="Charge ¥2,000.00").click()
    expect(page.get_by_text("The payer is asked on the phone")).to_be_visible()
    phone = enter(payer).page
    phone.goto("/pay-code")
    phone.get_by_role("button", name="Pay ¥2,000.00").click()
    phone.wait_for_url("**/payments/*")
    expect(page.get_by_role("heading", name="Payment received")).to_be_visible(timeout=15_000)
    assert keeper.taken(shop) == [200_000]


def test_back_and_refresh_after_a_wrong_code_ask_for_the_code_again(enter: Enter, new_person: NewPerson) -> None:
    keeper, payer = new_person(), new_person()
    payer.top_up(10_000)
    shop = keeper.open_shop()
    sitting = enter(keeper, size=SMALL)
    sitting.watch.allow(422)
    page = sitting.page
    page.goto(f"/shops/{shop['id']}/counter")
    type_amount(page, "12")
    asked = path_of(page)
    page.keyboard.type("12345\n")
    # A scanner types on, and the cashier reads why the last code was not taken.
    expect(page.locator("#problem h2")).to_be_in_viewport()
    expect(page.locator("#pay_code")).to_be_focused()
    expect(page).to_have_url(re.compile(re.escape(asked) + "$"))
    page.locator("#pay_code").fill(code_of(payer))
    page.get_by_role("button", name="Charge ¥12.00").click()
    page.wait_for_url(f"**/shops/{shop['id']}/charges/*")
    page.go_back()
    expect(page.locator("#pay_code")).to_be_visible()
    assert path_of(page) == asked
    page.reload()
    expect(page.locator("#problem")).to_have_count(0)
    assert keeper.taken(shop) == [1_200]
