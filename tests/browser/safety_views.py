"""The pages of payment safety and of money between people: who looks, where, its status, and how to get there."""

from typing import Any

from playwright.sync_api import Page


def _easy_pin(page: Page, path: str) -> None:
    page.goto(path)
    for name in ("pin", "again"):
        page.locator(f"#{name}").fill("123456")
    page.locator("main form .actions button").click()
    page.locator("#problem").wait_for()


def _wrong_pin(page: Page, path: str) -> None:
    """Not even six digits, so no try is spent."""
    page.goto(path)
    page.locator("#pin").fill("12")
    page.locator("main form .dock > button").click()
    page.locator("#problem").wait_for()


def _no_limit(page: Page, path: str) -> None:
    page.goto(path)
    page.locator("#day_max").fill("many")
    page.locator("main form .actions button").click()
    page.locator("#problem").wait_for()


def _nobody_to_freeze(page: Page, path: str) -> None:
    page.goto(path)
    page.locator("#phone").fill("13999999999")
    page.locator("#note").fill("来电，手机丢失")
    page.locator("main form .actions button").first.click()
    page.locator("#problem").wait_for()


SAFETY: dict[str, tuple[Any, ...]] = {
    "safety": ("careful", "/me/safety"),
    "safety-new": ("newcomer", "/me/safety"),
    "safety-frozen": ("frozen", "/me/safety"),
    "pin": ("careful", "/me/pin"),
    "pin-refused": ("careful", "/me/pin", 400, _easy_pin),
    "limits": ("careful", "/me/limits"),
    "limits-refused": ("careful", "/me/limits", 400, _no_limit),
    "freeze": ("careful", "/me/freeze"),
    "frozen": ("frozen", "/me/freeze"),
    "confirm-pin": ("careful", "/pay/confirm?code={long_code}&amount=888"),
    "confirm-pin-refused": ("careful", "/pay/confirm?code={long_code}&amount=888", 400, _wrong_pin),
    "transfers": ("careful", "/transfers"),
    "transfers-waiting": ("invited", "/transfers"),
    "transfers-none": ("friend", "/transfers"),
    "transfer-to": ("careful", "/transfer"),
    "transfer-to-refused": ("careful", "/transfer?phone=110", 400),
    "transfer-amount": ("careful", "/transfer?phone={friend}"),
    "transfer-amount-unnamed": ("careful", "/transfer?phone={stranger}"),
    "transfer-amount-refused": ("careful", "/transfer/confirm?phone={friend}&amount=three", 400),
    "transfer-confirm": ("careful", "/transfer/confirm?phone={friend}&amount=88&note=Tee"),
    "transfer-confirm-poor": ("careful", "/transfer/confirm?phone={friend}&amount=99999"),
    "transfer-confirm-refused": ("careful", "/transfer/confirm?phone={friend}&amount=88", 400, _wrong_pin),
    "transfer-warning": ("careful", "/transfer/confirm?phone={friend}&amount=88&note=解冻费"),
    "transfer": ("careful", "/transfers/{transfer}"),
    "transfer-offered": ("careful", "/transfers/{transfer_offered}"),
    "transfer-to-take": ("invited", "/transfers/{transfer_offered}"),
    "transfer-undone": ("careful", "/transfers/{transfer_undone}"),
    "receive": ("careful", "/me/receive"),
    "operator-freezes": ("operator", "/operator/freezes"),
    "operator-freezes-refused": ("operator", "/operator/freezes", 422, _nobody_to_freeze),
    "operator-freeze": ("operator", "/operator/freezes/{freeze}"),
    "operator-freeze-asked": ("operator", "/operator/freezes/{freeze_asked}"),
    "operator-freeze-lift": ("colleague", "/operator/freezes/{freeze_asked}"),
}
