"""A newcomer, from the first look to the first money and out again."""

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.city import new_phone, path_of, this_month
from tests.browser.conftest import NewPerson
from tests.browser.sitting import SMALL, USUAL, Enter
from tests.outside_fixture import OutsideProgram

pytestmark = pytest.mark.browser


def read_demo_phone(page: Page) -> str:
    """Open the demo phone beside the page and read the newest code."""
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Open the demo phone").click()
    code = opened.value.locator(".message .digits").first.inner_text()
    opened.value.close()
    return code.replace(" ", "")


@pytest.mark.parametrize("size", [SMALL, USUAL], ids=["360", "390"])
def test_a_newcomer_signs_in_tops_up_and_signs_out(enter: Enter, size: ViewportSize) -> None:
    page = enter(size=size, lang="zh_CN").page
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("长安")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("heading", level=1)).to_have_text("Everything Chang'an does for you, in one hall.")

    page.get_by_role("link", name="Sign in or join").click()
    page.get_by_label("Mobile number").fill(new_phone())
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("Code").fill(read_demo_phone(page))
    page.get_by_role("button", name="Sign in").click()

    expect(page).to_have_title("Home · Chang'an Hall")
    expect(page.locator(".balance-figure")).to_contain_text("¥0.00")
    page.get_by_role("link", name="Top up").click()
    page.get_by_role("button", name="¥100", exact=True).click()
    expect(page.get_by_label("How much?")).to_have_value("100")
    page.get_by_role("button", name="Top up").click()

    # The page renews itself until the bank has answered.
    expect(page.get_by_role("heading", name="The money is in your wallet")).to_be_visible(timeout=60_000)
    assert path_of(page).startswith("/wallet/top-ups/")
    page.get_by_role("link", name="To my wallet").click()
    expect(page.locator(".purse .amount")).to_have_text("¥100.00")
    row = page.locator("main .list .row").first
    expect(row).to_contain_text("Top-up")
    expect(row).to_contain_text("+¥100.00")
    expect(row).to_contain_text("Balance ¥100.00")
    expect(page.locator(f'a[href="/wallet?month={this_month()}"]')).to_have_attribute("aria-current", "true")

    page.get_by_role("link", name="Me", exact=True).click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in or join")).to_be_visible()
    page.goto("/wallet")
    assert path_of(page) == "/sign-in?next=/wallet"


def test_a_top_up_is_processing_until_the_bank_has_answered(
    enter: Enter, new_person: NewPerson, outside: OutsideProgram
) -> None:
    outside.plan(on="charge", settle_after=3000)
    page = enter(new_person()).page
    page.goto("/wallet/top-up")
    page.get_by_label("How much?").fill("12.34")
    page.get_by_role("button", name="Top up").click()
    expect(page.get_by_role("heading", name="Your bank is working on it")).to_be_visible()
    expect(page.get_by_role("heading", name="The money is in your wallet")).to_be_visible(timeout=60_000)
    expect(page.locator(".result .amount")).to_have_text("¥12.34")


def test_a_bank_that_says_no_is_said_and_nothing_is_added(
    enter: Enter, new_person: NewPerson, outside: OutsideProgram
) -> None:
    outside.plan(on="charge", outcome="no", reason="insufficient_funds")
    person = new_person()
    page = enter(person).page
    page.goto("/wallet/top-up")
    page.get_by_label("How much?").fill("50")
    page.get_by_role("button", name="Top up").click()
    expect(page.get_by_role("heading", name="The top-up did not go through")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("There is not enough money in your bank account.")).to_be_visible()
    expect(page.get_by_role("link", name="Try again")).to_be_visible()
    assert person.balance() == 0


def test_a_wrong_code_is_said_and_the_right_one_still_works(enter: Enter) -> None:
    sitting = enter()
    page = sitting.page
    sitting.watch.allow(400, 401, 422)
    page.goto("/sign-in")
    page.get_by_label("Mobile number").fill(new_phone())
    page.get_by_role("button", name="Send me a code").click()
    right = read_demo_phone(page)
    page.get_by_label("Code").fill("000000" if right != "000000" else "111111")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Code")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Code").fill(right)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_title("Home · Chang'an Hall")
