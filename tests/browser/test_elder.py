"""What large type does beyond its numbers: it reads aloud, writes amounts out, and is offered to whom it may help."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NewPerson
from tests.browser.sitting import SMALL, Enter

pytestmark = pytest.mark.browser


def test_a_page_is_read_aloud_slowly_with_its_amounts(enter: Enter, new_person: NewPerson) -> None:
    person = new_person()
    person.top_up(123_456)
    sitting = enter(person, mode="elder", lang="zh_CN")
    page = sitting.page
    page.goto("/wallet")
    button = page.get_by_role("button", name="朗读本页")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false", timeout=60_000)
    said = page.evaluate("window.said")
    texts = [words["text"] for words in said]
    assert texts[0] == "钱包"
    assert "1234.56元" in texts
    assert not [text for text in texts if "¥" in text]
    assert {(words["rate"], words["lang"]) for words in said} == {(0.8, "zh-CN")}


def test_reading_stops_when_it_is_pressed_again(enter: Enter, new_person: NewPerson) -> None:
    page = enter(new_person(), lang="en").page
    page.goto("/me")
    button = page.get_by_role("button", name="Read this page aloud")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    said = len(page.evaluate("window.said"))
    page.wait_for_timeout(300)
    assert len(page.evaluate("window.said")) <= said + 1


def test_a_device_without_a_voice_has_no_such_button(enter: Enter) -> None:
    sitting = enter(lang="en")
    sitting.context.add_init_script("delete window.speechSynthesis; delete Window.prototype.speechSynthesis")
    sitting.page.goto("/")
    expect(sitting.page.get_by_role("link", name="Sign in or join")).to_be_visible()
    expect(sitting.page.locator("[data-read]")).to_be_hidden()


def test_a_large_amount_is_also_written_in_capitals(enter: Enter, new_person: NewPerson) -> None:
    payer, shop = new_person(), new_person().open_shop()
    payer.top_up(500_000)
    elder, other = enter(payer, mode="elder", lang="zh_CN").page, enter(payer, lang="zh_CN").page
    for page, amount, written in ((elder, "1234.50", True), (elder, "999.00", False), (other, "1234.50", False)):
        page.goto(f"/pay/confirm?code={shop['short_code']}&amount={amount}")
        expect(page.get_by_text("壹仟贰佰叁拾肆元伍角")).to_have_count(1 if written else 0)


def test_large_type_is_offered_to_who_has_large_type_and_refused_once(enter: Enter, new_person: NewPerson) -> None:
    sitting = enter(new_person(), lang="zh_CN", size=SMALL)
    page = sitting.page
    page.goto("/")
    expect(page.locator("#offer-elder")).to_be_hidden()
    # What a browser does whose own type is set to "very large".
    sitting.context.new_cdp_session(page).send("Page.setFontSizes", {"fontSizes": {"standard": 24}})
    page.reload()
    offer = page.locator("#offer-elder")
    expect(offer).to_be_visible()
    offer.get_by_role("button", name="不用了").click()
    expect(offer).to_be_hidden()
    page.reload()
    expect(offer).to_be_hidden()
    page.evaluate("localStorage.clear()")
    page.reload()
    offer.get_by_role("button", name="换成长辈版").click()
    expect(page.locator("html")).to_have_attribute("data-mode", "elder")
    expect(offer).to_have_count(0)
