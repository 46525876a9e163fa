"""Paying a shop by its digits: once, kindly, with the keyboard alone, and without JavaScript."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Playwright, ViewportSize, expect

from tests.browser.city import new_phone, path_of, read_code
from tests.browser.conftest import NewPerson, browser
from tests.browser.sitting import SMALL, USUAL, Enter, doors
from tests.outside_fixture import OutsideProgram
from tests.served import Served

pytestmark = pytest.mark.browser


@pytest.fixture
def enter_without_script(playwright: Playwright, hall: Served) -> Iterator[Enter]:
    """A browser that has never heard of JavaScript. Switched off later, it would not show what <noscript> says."""
    with browser(playwright, "--blink-settings=scriptEnabled=false") as opened, doors(opened, hall.url) as door:
        yield door


def go_to_confirm(page: Page, shop: dict[str, Any], amount: str) -> None:
    """From the typed digits to the last page before paying."""
    page.goto("/scan")
    page.get_by_label("Or type the digits under the code").fill(shop["short_code"])
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Amount").fill(amount)
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("heading", level=2)).to_have_text(shop["name"])


def test_a_double_tap_pays_once(enter: Enter, new_person: NewPerson) -> None:
    keeper, guest = new_person(), new_person()
    guest.top_up(10_000)
    shop = keeper.open_shop()
    page = enter(guest).page
    go_to_confirm(page, shop, "3.50")
    page.get_by_role("button", name="Pay ¥3.50").dblclick()
    expect(page.get_by_role("heading", name="Paid")).to_be_visible()
    assert keeper.taken(shop) == [350]
    assert guest.balance() == 9_650


def test_two_sendings_of_the_same_form_are_one_payment(enter: Enter, new_person: NewPerson) -> None:
    """What no script prevents: the same filled form, sent from two tabs."""
    keeper, guest = new_person(), new_person()
    guest.top_up(10_000)
    shop = keeper.open_shop()
    sitting = enter(guest)
    go_to_confirm(sitting.page, shop, "3.50")
    fields: dict[str, str | float | bool] = {
        name: sitting.page.locator(f'main form [name="{name}"]').input_value()
        for name in ("_csrf_token", "code", "amount", "request_key")
    }
    answers = [sitting.context.request.post("/pay", form=fields, max_redirects=0) for _ in range(3)]
    assert {answer.status for answer in answers} == {303}
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert keeper.taken(shop) == [350]


def test_going_back_and_reloading_after_success_pays_nothing_more(enter: Enter, new_person: NewPerson) -> None:
    keeper, guest = new_person(), new_person()
    guest.top_up(10_000)
    shop = keeper.open_shop()
    sitting = enter(guest)
    page = sitting.page
    go_to_confirm(page, shop, "3.50")
    page.get_by_role("button", name="Pay ¥3.50").click()
    expect(page.get_by_role("heading", name="Paid")).to_be_visible()
    sitting.hears("Paid, 3 yuan 50")
    paid = path_of(page)
    page.reload()
    sitting.hears()
    assert path_of(page) == paid
    page.go_back()
    # What led here is done: the receipt again, and nothing to tap.
    assert path_of(page) == paid
    page.reload()
    expect(page.get_by_role("button", name="Pay")).to_have_count(0)
    assert keeper.taken(shop) == [350]
    assert guest.balance() == 9_650


@pytest.mark.parametrize("size", [SMALL, USUAL], ids=["360", "390"])
def test_a_balance_short_by_one_fen_is_refused_kindly(enter: Enter, new_person: NewPerson, size: ViewportSize) -> None:
    keeper, guest = new_person(), new_person()
    guest.top_up(349)
    shop = keeper.open_shop()
    page = enter(guest, size=size).page
    go_to_confirm(page, shop, "3.50")
    expect(page.get_by_text("Your balance is not enough")).to_be_visible()
    expect(page.get_by_text("Nothing has been paid yet.")).to_be_visible()
    expect(page.get_by_role("button", name="Pay")).to_have_count(0)
    page.get_by_role("link", name="Top up").click()
    assert path_of(page).startswith("/wallet/top-up")
    assert guest.balance() == 349


def test_money_spent_elsewhere_meanwhile_is_refused_kindly(enter: Enter, new_person: NewPerson) -> None:
    """The page still offers to pay, because it was drawn before the money went."""
    keeper, guest = new_person(), new_person()
    guest.top_up(500)
    shop = keeper.open_shop()
    sitting = enter(guest)
    page = sitting.page
    go_to_confirm(page, shop, "3.50")
    guest.pay(shop, 200)
    sitting.watch.allow(422)
    page.get_by_role("button", name="Pay ¥3.50").click()
    expect(page.get_by_role("alert")).to_contain_text("There is not enough money in your wallet.")
    expect(page.get_by_role("link", name="Top up")).to_be_visible()
    assert keeper.taken(shop) == [200]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("123456789", "One of the digits is wrong, or two are swapped."),
        ("12345678", "A code typed by hand has nine digits."),
        ("hello", "This code is not known here."),
        ("00020101021129370016A000000677010111011300668123456785802TH53037646304ABCD", "Its checksum is wrong."),
    ],
    ids=["wrong digits", "too few", "no code", "damaged"],
)
def test_what_is_no_code_is_said(enter: Enter, new_person: NewPerson, code: str, words: str) -> None:
    sitting = enter(new_person())
    sitting.watch.allow(400, 422)
    sitting.page.goto("/scan")
    sitting.page.get_by_label("Or type the digits under the code").fill(code)
    sitting.page.get_by_role("button", name="Next").click()
    expect(sitting.page.get_by_role("alert")).to_contain_text(words)
    expect(sitting.page.get_by_role("link", name="Scan again")).to_be_visible()


@pytest.mark.parametrize(
    ("typed", "words"), [("0", "Type an amount above zero"), ("3.505", "Type an amount such as 3.50")]
)
def test_what_is_no_amount_is_said(enter_without_script: Enter, new_person: NewPerson, typed: str, words: str) -> None:
    shop = new_person().open_shop()
    sitting = enter_without_script(new_person())
    sitting.watch.allow(400)
    page = sitting.page
    page.goto(f"/pay?code={shop['short_code']}")
    page.get_by_label("Amount").fill(typed)
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("alert")).to_contain_text(words)
    expect(page.get_by_label("Amount")).to_have_value(typed)
    expect(page.get_by_label("Amount")).to_have_attribute("aria-invalid", "true")


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until the element has the focus, and see that one can see it."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            break
    else:
        raise AssertionError(f"the keyboard never reaches {wanted}")
    style = wanted.evaluate("element => { const s = getComputedStyle(element); return s.outlineStyle + s.boxShadow }")
    assert style != "nonenone", f"the focus on {wanted} cannot be seen"


def test_the_keyboard_alone_pays(enter: Enter, new_person: NewPerson) -> None:
    keeper, guest = new_person(), new_person()
    guest.top_up(10_000)
    shop = keeper.open_shop()
    page = enter(guest, touch=False).page
    page.goto("/")
    tab_to(page, page.get_by_role("link", name="Scan", exact=True).first)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Scan")
    tab_to(page, page.get_by_label("Or type the digits under the code"))
    page.keyboard.type(shop["short_code"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=2)).to_have_text(shop["name"])
    amount = page.get_by_label("Amount")
    if not amount.evaluate("element => element === document.activeElement"):
        tab_to(page, amount)
    page.keyboard.type("3.50")
    page.keyboard.press("Enter")
    pay = page.get_by_role("button", name="Pay ¥3.50")
    expect(pay).to_be_visible()
    tab_to(page, pay)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Paid")).to_be_visible()
    tab_to(page, page.get_by_role("link", name="Done"))
    page.keyboard.press("Enter")
    expect(page).to_have_title("Home · Chang'an Hall")
    assert keeper.taken(shop) == [350]


def test_the_keyboard_alone_signs_in(enter: Enter, hall: Served) -> None:
    phone = new_phone()
    page = enter(touch=False).page
    page.goto("/")
    tab_to(page, page.get_by_role("link", name="Sign in or join"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in")
    # The field has the focus as soon as the page is there.
    expect(page.get_by_label("Mobile number")).to_be_focused()
    page.keyboard.type(phone)
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in/code")
    field = page.get_by_label("Code")
    if not field.evaluate("element => element === document.activeElement"):
        tab_to(page, field)
    page.keyboard.type(read_code(hall, phone))
    page.keyboard.press("Enter")
    expect(page).to_have_title("Home · Chang'an Hall")


def test_the_keys_of_the_keypad_work_with_the_keyboard(enter: Enter, new_person: NewPerson) -> None:
    keeper, guest = new_person(), new_person()
    shop = keeper.open_shop()
    page = enter(guest, touch=False).page
    page.goto(f"/pay?code={shop['short_code']}")
    for key in ("1", "2", "5"):
        tab_to(page, page.get_by_role("button", name=key, exact=True))
        page.keyboard.press("Enter" if key != "2" else "Space")
    expect(page.get_by_label("Amount")).to_have_value("125")
    tab_to(page, page.get_by_role("button", name="Delete last digit"))
    page.keyboard.press("Enter")
    expect(page.get_by_label("Amount")).to_have_value("12")


def test_everything_that_matters_works_without_javascript(
    enter_without_script: Enter, hall: Served, new_person: NewPerson, outside: OutsideProgram
) -> None:
    keeper = new_person()
    shop = keeper.open_shop()
    page = enter_without_script().page
    phone = new_phone()
    page.goto("/")
    page.get_by_role("link", name="Sign in or join").click()
    page.get_by_label("Mobile number").fill(phone)
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("Code").fill(read_code(hall, phone))
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_title("Home · Chang'an Hall")

    page.get_by_role("link", name="Top up").click()
    outside.plan(on="charge", settle_after=2000)
    page.get_by_label("How much?").fill("20")
    page.get_by_role("button", name="Top up").click()
    expect(page.get_by_role("heading", name="Your bank is working on it")).to_be_visible()
    # The page reloads itself by its own word.
    expect(page.get_by_role("heading", name="The money is in your wallet")).to_be_visible(timeout=60_000)

    page.get_by_role("link", name="To my wallet").click()
    expect(page.locator(".purse .amount")).to_have_text("¥20.00")
    page.get_by_role("link", name="Scan").click()
    # By its place: Playwright's own search by text passes over <noscript>.
    hint = page.locator("noscript p")
    expect(hint).to_be_visible()
    expect(hint).to_have_text("The camera needs JavaScript. Typing the code works without it.")
    go_to_confirm(page, shop, "3.50")
    page.get_by_role("button", name="Pay ¥3.50").click()
    expect(page.get_by_role("heading", name="Paid")).to_be_visible()
    page.get_by_role("link", name="Done").click()
    expect(page.locator(".balance-figure")).to_contain_text("¥16.50")
    expect(page.locator("main .list .row").first).to_contain_text(shop["name"])
    assert keeper.taken(shop) == [350]


def test_messages_are_read_without_javascript(enter_without_script: Enter, new_person: NewPerson) -> None:
    person = new_person()
    person.new_session()
    page = enter_without_script(person).page
    page.goto("/")
    page.get_by_role("link", name="Messages").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Messages")
    newest = page.locator("main .list .row a").first
    title = newest.locator(".row-title").inner_text()
    newest.click()
    expect(page.get_by_text(title).first).to_be_visible()
    assert path_of(page).startswith("/messages/")
    page.goto("/me/messages")
    page.locator("#quiet_from").fill("21:30")
    page.locator("main form .actions button").first.click()
    page.goto("/me/messages")
    expect(page.locator("#quiet_from")).to_have_value("21:30")
