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


def _send_to(page: Page, path: str) -> None:
    """To the number after the mark; and with an amount and a word, on to the last look."""
    page.goto("/transfer")
    phone, *said = path.rpartition("#")[2].split(",")
    page.locator("#phone").fill(phone)
    page.locator("main form .actions button").click()
    page.wait_for_url("**/transfer?draft=*")
    if said:
        page.locator("#amount").fill(said[0])
        page.locator("#note").fill(",".join(said[1:]))
        page.locator("main form .actions button").click()
        page.wait_for_url("**/transfer/confirm?draft=*")


def _send_without_pin(page: Page, path: str) -> None:
    _send_to(page, path)
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
    "transfer-to-refused": ("careful", "/transfer#110", 400, _send_to),
    "transfer-amount": ("careful", "/transfer#{friend}", 200, _send_to),
    "transfer-amount-unnamed": ("careful", "/transfer#{stranger}", 200, _send_to),
    "transfer-amount-refused": ("careful", "/transfer#{friend},three,", 400, _send_to),
    "transfer-confirm": ("careful", "/transfer#{friend},88,Tee", 200, _send_to),
    "transfer-confirm-lost": ("careful", "/transfer/confirm?draft=lost"),
    "transfer-confirm-poor": ("careful", "/transfer#{friend},99999,", 200, _send_to),
    "transfer-confirm-refused": ("careful", "/transfer#{friend},88,", 400, _send_without_pin),
    "transfer-warning": ("careful", "/transfer#{friend},88,解冻费", 200, _send_to),
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
