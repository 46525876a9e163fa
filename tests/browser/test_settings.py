"""What a resident chooses stays chosen: how the hall looks, and where they are signed in."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.city import path_of
from tests.browser.conftest import NewPerson
from tests.browser.sitting import Enter

pytestmark = pytest.mark.browser


def background(page: Page) -> str:
    colour: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return colour


def test_language_theme_and_large_type_persist_here_and_on_the_next_device(enter: Enter, new_person: NewPerson) -> None:
    person = new_person()
    page = enter(person, lang="en").page
    page.goto("/me")
    light = background(page)
    page.get_by_role("button", name="Dark").click()
    page.get_by_role("button", name="Large", exact=True).click()
    page.get_by_role("button", name="中文").click()
    html = page.locator("html")
    expect(html).to_have_attribute("lang", "zh-CN")
    for _ in range(2):
        expect(html).to_have_attribute("data-theme", "dark")
        expect(html).to_have_attribute("data-mode", "elder")
        assert background(page) != light
        assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= 22
        page.goto("/wallet")
    expect(page.get_by_role("button", name="深色")).to_have_count(0)
    page.goto("/me")
    expect(page.get_by_role("button", name="深色")).to_have_attribute("aria-pressed", "true")


def test_the_hall_follows_the_device_s_own_dark_and_light(enter: Enter, new_person: NewPerson) -> None:
    page = enter(new_person(), theme="auto").page
    page.goto("/me")
    page.emulate_media(color_scheme="light")
    light = background(page)
    page.emulate_media(color_scheme="dark")
    assert background(page) != light


def test_large_type_can_be_chosen_before_signing_in(enter: Enter) -> None:
    page = enter().page
    page.goto("/")
    page.get_by_role("button", name="Large type").click()
    expect(page.locator("html")).to_have_attribute("data-mode", "elder")
    assert path_of(page) == "/"
    page.goto("/sign-in")
    expect(page.locator("html")).to_have_attribute("data-mode", "elder")


def test_another_device_can_be_signed_out(enter: Enter, new_person: NewPerson) -> None:
    person = new_person()
    here, there = enter(person).page, enter(person).page
    there.goto("/wallet")
    here.goto("/me")
    here.get_by_role("link", name="Signed-in devices").click()
    rows = here.locator("main .list .row")
    expect(rows.filter(has_text="This device")).to_have_count(1)
    # The API session of the test, this browser and the other one.
    expect(rows).to_have_count(3)
    for _ in range(2):
        here.get_by_role("button", name="Sign out").first.click()
    expect(rows).to_have_count(1)
    there.goto("/wallet")
    assert path_of(there).startswith("/sign-in")
    here.goto("/wallet")
    assert path_of(here) == "/wallet"
