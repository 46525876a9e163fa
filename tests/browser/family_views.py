"""The pages of families: who looks, where, its status, and how to get there."""

from typing import Any

from playwright.sync_api import Page


def _act(page: Page, path: str) -> None:
    """For the careful one, and then on."""
    page.goto("/family/acting")
    page.locator("input[name=who]").last.check(force=True)
    page.locator("main form .actions button").click()
    page.wait_for_url("**/wallet")
    page.goto(path)


def _no_number(page: Page, path: str) -> None:
    page.goto(path)
    page.locator("#phone").fill("110")
    page.locator("main form .actions button").click()
    page.locator("#problem").wait_for()


def _no_child(page: Page, path: str) -> None:
    page.goto(path)
    page.locator("#name").fill("王小明")
    page.locator("#national_id").fill("610199195802300072")
    page.locator("main form .actions button").click()
    page.locator("#problem").wait_for()


def _no_papers(page: Page, path: str) -> None:
    page.goto(path)
    for name, text in (("phone", "13999999999"), ("dependant", "13999999998"), ("evidence", "x")):
        page.locator(f"#{name}").fill(text)
    page.locator("input[name=kind]").first.check(force=True)
    page.locator("main form .actions button").click()
    page.locator("#problem").wait_for()


def _raise(page: Page, path: str) -> None:
    page.goto(path)
    page.locator("#month_max").fill("9999")
    page.locator("form[action$='/limits'] button").click()
    page.locator("#problem").wait_for()


def _nobody_there(page: Page, path: str) -> None:
    page.goto(path)
    page.locator("#number").fill("13999999999")
    page.locator("form[action$='find'] button").click()
    page.locator("#problem").wait_for()


FAMILY: dict[str, tuple[Any, ...]] = {
    "family": ("helper", "/family"),
    "family-none": ("newcomer", "/family"),
    "family-concerned": ("careful", "/family"),
    "family-new": ("friend", "/family/new"),
    "family-new-refused": ("friend", "/family/new", 400, _no_number),
    "family-child": ("friend", "/family/child"),
    "family-child-refused": ("friend", "/family/child", 400, _no_child),
    "family-link": ("helper", "/family/links/{family_link}"),
    "family-link-concerned": ("careful", "/family/links/{family_link}"),
    "family-link-refused": ("helper", "/family/links/{family_link}", 403, _raise),
    "family-link-waiting": ("friend", "/family/links/{family_asked}"),
    "family-link-to-approve": ("carer", "/family/links/{family_asked}"),
    "family-revoke": ("careful", "/family/links/{family_link}/revoke"),
    "family-card": ("helper", "/family/links/{family_card}/card"),
    "family-acts": ("careful", "/family/acts"),
    "family-acts-none": ("newcomer", "/family/acts"),
    "family-acting": ("helper", "/family/acting"),
    "acting-wallet": ("helper", "/wallet", 200, _act),
    "acting-own": ("helper", "/me", 200, _act),
    "acting-confirm": ("helper", "/pay/confirm?code={code}&amount=3.50", 200, _act),
    "acting-payment": ("helper", "/payments/{family_payment}", 200, _act),
    "acting-home": ("helper", "/", 200, _act),
    "acting-short": ("helper", "/pay/confirm?code={code}&amount=400000", 200, _act),
    "give": ("careful", "/family/links/{family_given}/money"),
    "give-refused": ("careful", "/family/links/{family_given}/money/confirm?amount=0", 400),
    "give-confirm": ("careful", "/family/links/{family_given}/money/confirm?amount=1"),
    "give-short": ("careful", "/family/links/{family_given}/money/confirm?amount=400000"),
    "operator-family-end": ("operator", "/operator/families/{family_link}/end"),
    "operator-families": ("operator", "/operator/families"),
    "operator-families-refused": ("operator", "/operator/families", 404, _nobody_there),
    "operator-family-new": ("operator", "/operator/families/new"),
    "operator-family-refused": ("operator", "/operator/families/new", 404, _no_papers),
    "operator-family-mine": ("operator", "/operator/families/{family_waits}"),
    "operator-family-confirm": ("colleague", "/operator/families/{family_waits}"),
    "operator-family-person": ("operator", "/operator/families/people/new"),
    "operator-family-card": ("operator", "/operator/families/people/{cared_for}/card"),
}
