"""Every page of the hall as a visitor, an address and what is done there: what the gallery of test_pages shows."""

from collections.abc import Callable

from msgspec import Struct
from playwright.sync_api import Page

from tests.browser.closing_views import CLOSING
from tests.browser.family_views import FAMILY
from tests.browser.privacy import PRIVACY
from tests.browser.safety_views import SAFETY
from tests.browser.scenery import FOREIGN
from tests.browser.visitors import VISITORS


def _no_code(page: Page, path: str) -> None:
    page.goto(path)
    page.locator("#short_code").fill("123456782")
    page.locator("form[action$='invitations'] button").click()


def _go(page: Page, path: str) -> None:
    page.goto(path)


def _wrong_phone(page: Page, path: str) -> None:
    page.goto(path)
    page.locator("#phone").fill("110")
    page.locator("form[action='/sign-in'] button").click()


def _ask_for_code(page: Page, path: str) -> None:
    page.goto("/sign-in")
    page.locator("#phone").fill(path.rpartition("#")[2])
    page.locator("form[action='/sign-in'] button").click()
    page.wait_for_url("**/sign-in/code")


def _wrong_code(page: Page, path: str) -> None:
    _ask_for_code(page, path)
    page.locator("#code").fill("000000")
    page.locator("main form button").first.click()
    page.locator("#problem").wait_for()


def _no_refund(page: Page, path: str) -> None:
    page.goto(path)
    page.locator("#amount").fill("0")
    page.locator("input[name=reason]").first.check()
    page.locator("main form .actions button").click()
    page.locator("#problem").wait_for()


def _no_name(page: Page, path: str) -> None:
    page.goto(path)
    page.locator("#shop_name").evaluate("element => element.removeAttribute('required')")
    page.locator("input[name=category]").first.check()
    page.locator("main form .actions button").click()
    page.locator("#problem").wait_for()


def _no_rules(page: Page, path: str) -> None:
    page.goto(path)
    page.locator("#title").fill("Breakfast")
    page.locator("main form .actions button").click()
    page.locator("#problem").wait_for()


def _private_address(page: Page, path: str) -> None:
    page.goto(path)
    page.locator("#url").fill("https://10.0.0.1/")
    page.locator("main form .actions button").click()
    page.locator("#problem").wait_for()


def _nothing_withdrawn(page: Page, path: str) -> None:
    page.goto(path)
    page.locator("#amount").fill("0")
    page.locator("main form .actions button").first.click()
    page.locator("#problem").wait_for()


def _numbers_differ(page: Page, path: str) -> None:
    _type_account(page, path, "6217000010001234569", "6217000010001234577")


def _no_account(page: Page, path: str) -> None:
    _type_account(page, path, "6217000010001234561", "6217000010001234561")


def _type_account(page: Page, path: str, number: str, again: str) -> None:
    page.goto(path)
    for name, text in (("holder", "李秀英"), ("number", number), ("again", again)):
        page.locator(f"#{name}").fill(text)
    page.locator("main form .actions button").click()
    page.locator("#problem").wait_for()


def _quiet_all_day(page: Page, path: str) -> None:
    page.goto(path)
    page.locator("#quiet_to").fill(page.locator("#quiet_from").input_value())
    page.locator("main form .actions button").first.click()
    page.locator("#problem").wait_for()


def _no_reason(page: Page, path: str) -> None:
    page.goto(path)
    page.locator("#reason").fill(" ")
    page.locator("main form .actions button").click()
    page.locator("#problem").wait_for()


def _wrong_birthday(page: Page, path: str) -> None:
    page.goto(path)
    page.locator("#name").fill("张𠮷祥")
    page.locator("#national_id").fill("610199195802300072")
    page.locator("main form .actions button").click()
    page.locator("#problem").wait_for()


def _wrong_move_code(page: Page, path: str) -> None:
    page.goto(path)
    if not page.locator("#code").count():
        page.locator("#phone").fill("13800138000")
        page.locator("main form[action$='/move'] button").click()
    page.locator("#code").fill("000000")
    page.locator("main form[action$='/confirm'] button").click()
    page.locator("#problem").wait_for()


def _in_full(page: Page, path: str) -> None:
    page.goto(path)
    page.locator("form[action$='/show'] button").click()
    page.get_by_text("王小明").wait_for()


def _no_reason_for_a_name(page: Page, path: str) -> None:
    page.goto(path)
    page.locator("#reason").fill(" ")
    page.locator("main form .actions button").first.click()
    page.locator("#problem").wait_for()


def _no_number(page: Page, path: str) -> None:
    page.goto(path)
    page.locator("#phone").fill("110")
    page.locator("main form .actions button").click()
    page.locator("#problem").wait_for()


def _no_amount(page: Page, path: str) -> None:
    page.goto(path)
    page.locator("#amount").fill("0")
    page.locator("main form .dock > button").click()
    page.locator("#problem").wait_for()


def _new_key(page: Page, path: str) -> None:
    page.goto(path)
    page.locator("form[action$='/rotate'] button").click()
    page.locator(".card-pad code").wait_for()


def _read_in_vain(page: Page, path: str) -> None:
    """A scanner types a code that nobody shows, and presses Enter."""
    page.goto(path)
    page.keyboard.type("710000000000000000\n")
    page.locator("#problem").wait_for()


def _make_key(page: Page, path: str) -> None:
    page.goto(path)
    page.locator("#key_name").fill("Till by the window")
    page.locator("main form .actions button").click()
    page.get_by_text("ohk_").wait_for()


def _no_scope(page: Page, path: str) -> None:
    page.goto(path)
    page.locator("#key_name").fill("Till")
    page.evaluate("document.querySelectorAll('[name=scopes]').forEach((box) => (box.checked = false))")
    page.locator("main form .actions button").click()
    page.locator("#problem").wait_for()


def _forged(page: Page, path: str) -> None:
    page.goto("/me")
    page.locator("input[name=_csrf_token]").first.evaluate("element => element.value = 'forged'")
    page.locator("main form button").first.click()
    page.locator(".code-line").wait_for()


def _unfold(page: Page, path: str) -> None:
    """With what is folded away on arrival."""
    page.goto(path)
    for fold in page.locator("details").all()[:4]:
        fold.evaluate("element => { element.open = true }")


def _no_recovery(page: Page, path: str) -> None:
    """Every field is filled, and the code is nobody's."""
    page.goto(path)
    for name, text in (("old_phone", "13900000000"), ("recovery_code", "0000 0000 0000"), ("new_phone", "13900000001")):
        page.locator(f"#{name}").fill(text)
    page.locator("main form .actions button").click()
    page.locator("#problem").wait_for()


def _nobodys_number(page: Page, path: str) -> None:
    page.goto(path)
    page.locator("#phone").fill("13999999999")
    page.locator("input[name=evidence]").first.check()
    page.locator("#note").fill("照片相符，尾号 0019")
    page.locator("main form .actions button").click()
    page.locator("#problem").wait_for()


def _confirm(page: Page, path: str) -> None:
    page.goto(path)
    page.locator("form[action$='/confirm'] button").click()
    page.locator("main .amount").wait_for()


def _enrol(page: Page, path: str) -> None:
    page.goto(path)
    page.locator("[data-pay-device]").wait_for()
    button = page.locator("[data-part=enrol]")
    if button.is_visible():
        button.click()
    page.locator("[data-part=enrolled]").wait_for()


def _offline_code(page: Page, path: str) -> None:
    _enrol(page, "/pay-code")
    page.goto(path)
    page.locator("#pay-offline .qr-frame svg").wait_for()


class View(Struct, frozen=True):
    """A page to look at: who looks, where it is, its status, and how to get there if not by its address."""

    who: str
    path: str
    status: int = 200
    reach: Callable[[Page, str], None] = _go


VIEWS = {
    "offline": View("nobody", "/offline"),
    "welcome": View("nobody", "/"),
    "sign-in": View("nobody", "/sign-in"),
    "sign-in-refused": View("nobody", "/sign-in", 400, _wrong_phone),
    "sign-in-code": View("nobody", "/sign-in/code#{silent_phone}", 200, _ask_for_code),
    "sign-in-code-refused": View("nobody", "/sign-in/code#{silent_phone}", 422, _wrong_code),
    "soon-ride": View("nobody", "/soon/ride"),
    "soon-voucher": View("resident", "/soon/voucher"),
    "docs": View("nobody", "/docs", 200, _unfold),
    "docs-errors": View("nobody", "/docs/errors"),
    "demo": View("nobody", "/demo"),
    "demo-phone": View("nobody", "/demo/phone/{phone}"),
    "demo-phone-empty": View("nobody", "/demo/phone/13699999999"),
    "not-found": View("nobody", "/nowhere", 404),
    "forged": View("resident", "/me", 403, _forged),
    "home": View("resident", "/"),
    "home-new": View("newcomer", "/"),
    "scan": View("resident", "/scan"),
    "pay": View("resident", "/pay?code={code}"),
    "pay-long": View("resident", "/pay?code={long_code}"),
    "pay-unknown": View("resident", "/pay?code=hello", 422),
    "pay-foreign": View("resident", f"/pay?code={FOREIGN}", 422),
    "pay-nonsense": View("resident", "/pay/confirm?code={code}&amount=three", 400),
    "confirm": View("resident", "/pay/confirm?code={long_code}&amount=3.50"),
    "confirm-short": View("newcomer", "/pay/confirm?code={code}&amount=12345.67"),
    "paid": View("resident", "/payments/{payment}?paid=1"),
    "payment": View("resident", "/payments/{payment}"),
    "payment-received": View("keeper", "/payments/{payment}"),
    "payment-unknown": View("newcomer", "/payments/{payment}", 404),
    "payment-refunded": View("resident", "/payments/{refunded}"),
    "payment-refunded-by-shop": View("keeper", "/payments/{refunded}"),
    "refund": View("keeper", "/payments/{payment}/refund"),
    "refund-refused": View("keeper", "/payments/{payment}/refund", 400, _no_refund),
    "pay-code": View("resident", "/pay-code"),
    "pay-code-empty": View("newcomer", "/pay-code"),
    "pay-code-enrolled": View("newcomer", "/pay-code", 200, _enrol),
    "pay-code-offline": View("newcomer", "/pay-code/offline", 200, _offline_code),
    "pay-code-offline-none": View("asked", "/pay-code/offline"),
    "pay-devices": View("resident", "/pay-code/devices"),
    "pay-devices-none": View("newcomer", "/pay-code/devices"),
    "charge": View("asked", "/pay-code/charges/{charge}"),
    "charge-dear": View("asked", "/pay-code/charges/{dear_charge}"),
    "charge-late": View("asked", "/pay-code/charges/{late_charge}"),
    "charge-refused": View("asked", "/pay-code/charges/{refused_charge}"),
    "wallet": View("resident", "/wallet"),
    "wallet-new": View("newcomer", "/wallet"),
    "top-up": View("resident", "/wallet/top-up"),
    "top-up-next": View("resident", "/wallet/top-up?next=/pay-code"),
    "top-up-succeeded-next": View("resident", "/wallet/top-ups/{succeeded}?next=/pay-code"),
    "top-up-processing": View("resident", "/wallet/top-ups/{processing}"),
    "top-up-succeeded": View("resident", "/wallet/top-ups/{succeeded}"),
    "top-up-failed": View("resident", "/wallet/top-ups/{failed}"),
    "me": View("resident", "/me"),
    "sessions": View("resident", "/me/sessions"),
    "passkeys": View("resident", "/me/passkeys"),
    "passkeys-none": View("newcomer", "/me/passkeys"),
    "passkey": View("resident", "/me/passkeys/{passkey}"),
    "passkey-copied": View("resident", "/me/passkeys/{copied_passkey}"),
    "passkey-recovered": View("resident", "/me/passkeys/{recovered_passkey}"),
    "passkey-new": View("newcomer", "/me/passkeys/new"),
    "step-up": View("newcomer", "/step-up?next=/me"),
    "step-up-passkey": View("resident", "/step-up?next=/me"),
    "step-up-name": View("newcomer", "/step-up?next=/me&level=2"),
    "step-up-strong": View("minor", "/step-up?next=/me&level=3"),
    "step-up-code": View("newcomer", "/step-up/code"),
    "me-recovery": View("recovered", "/me"),
    "recover": View("nobody", "/recover"),
    "recover-refused": View("nobody", "/recover", 422, _no_recovery),
    "operator-recoveries": View("operator", "/operator/recoveries"),
    "operator-recovery-new": View("operator", "/operator/recoveries/new"),
    "operator-recovery-refused": View("operator", "/operator/recoveries/new", 422, _nobodys_number),
    "operator-recovery-waiting": View("operator", "/operator/recoveries/{waiting_recovery}"),
    "operator-recovery-mine": View("operator", "/operator/recoveries/{my_recovery}"),
    "operator-recovery-ready": View("colleague", "/operator/recoveries/{my_recovery}"),
    "operator-recovery-confirmed": View("colleague", "/operator/recoveries/{my_recovery}", 200, _confirm),
    "operator-recovery-stranger": View("keeper", "/operator/recoveries/{my_recovery}", 404),
    **{name: View(*view) for name, view in (SAFETY | PRIVACY | FAMILY | VISITORS | CLOSING).items()},
    "messages": View("keeper", "/messages"),
    "messages-nothing": View("keeper", "/messages?category=reminder"),
    "message": View("keeper", "/messages/{message}"),
    "message-preferences": View("keeper", "/me/messages"),
    "message-preferences-refused": View("keeper", "/me/messages", 400, _quiet_all_day),
    "shops": View("keeper", "/shops"),
    "shops-none": View("newcomer", "/shops"),
    "new-shop": View("keeper", "/shops/new", 200, _unfold),
    "new-shop-refused": View("keeper", "/shops/new", 400, _no_name),
    "shop": View("keeper", "/shops/{shop}"),
    "shop-long": View("keeper", "/shops/{long_shop}"),
    "shop-close": View("keeper", "/shops/{shop}/close"),
    "poster": View("keeper", "/shops/{shop}/poster"),
    "poster-long": View("keeper", "/shops/{long_shop}/poster"),
    "till": View("keeper", "/shops/{shop}/till"),
    "till-quiet": View("keeper", "/shops/{quiet_shop}/till"),
    "day": View("keeper", "/shops/{shop}/payments"),
    "webhooks": View("keeper", "/webhooks"),
    "webhooks-none": View("newcomer", "/webhooks"),
    "new-webhook": View("keeper", "/webhooks/new"),
    "new-webhook-refused": View("keeper", "/webhooks/new", 400, _private_address),
    "webhook": View("keeper", "/webhooks/{webhook}"),
    "webhook-gone": View("keeper", "/webhooks/{gone_webhook}"),
    "webhook-key": View("keeper", "/webhooks/{webhook}", 200, _new_key),
    "webhook-delete": View("keeper", "/webhooks/{webhook}/delete"),
    "delivery": View("keeper", "/webhooks/{webhook}/deliveries/{delivery}"),
    "money": View("keeper", "/money"),
    "money-none": View("newcomer", "/money"),
    "withdraw": View("keeper", "/money/withdraw"),
    "withdraw-all": View("keeper", "/money/withdraw/everything?shop={shop}"),
    "withdraw-none": View("newcomer", "/money/withdraw"),
    "withdraw-refused": View("keeper", "/money/withdraw", 400, _nothing_withdrawn),
    "withdrawal-arrived": View("keeper", "/money/withdrawals/{arrived}"),
    "withdrawal-rejected": View("keeper", "/money/withdrawals/{rejected}"),
    "withdrawal-under-way": View("keeper", "/money/withdrawals/{under_way}"),
    "wallet-withdrawals": View("resident", "/wallet/withdrawals"),
    "wallet-withdrawals-none": View("newcomer", "/wallet/withdrawals"),
    "wallet-withdraw": View("resident", "/wallet/withdraw?everything=true"),
    "wallet-withdraw-none": View("newcomer", "/wallet/withdraw"),
    "wallet-withdraw-refused": View("resident", "/wallet/withdraw", 400, _nothing_withdrawn),
    "wallet-withdrawal-arrived": View("resident", "/wallet/withdrawals/{home}"),
    "wallet-withdrawal-rejected": View("resident", "/wallet/withdrawals/{not_home}"),
    "wallet-bank-account": View("resident", "/wallet/bank-account"),
    "bank-account": View("keeper", "/money/bank-account"),
    "bank-account-refused": View("keeper", "/money/bank-account", 400, _numbers_differ),
    "bank-account-no-number": View("keeper", "/money/bank-account", 400, _no_account),
    "automatic": View("keeper", "/money/automatic/{long_shop}"),
    "operator-bank": View("operator", "/operator/bank"),
    "operator-bank-stranger": View("keeper", "/operator/bank", 404),
    "operator-batch": View("operator", "/operator/bank/batches/{batch}"),
    "operator-difference": View("operator", "/operator/bank/breaks/{difference}"),
    "operator-difference-refused": View("operator", "/operator/bank/breaks/{difference}", 400, _no_reason),
    "operator-me": View("operator", "/me"),
    "book": View("keeper", "/shops/{shop}/book"),
    "book-month": View("keeper", "/shops/{shop}/book?view=month&on={last_month}"),
    "book-closed-day": View("keeper", "/shops/{shop}/book?view=day&on={last_month}"),
    "book-quiet": View("keeper", "/shops/{quiet_shop}/book?view=week"),
    "book-search": View("keeper", "/shops/{shop}/book/search?amount=3.50", 200, _unfold),
    "book-search-refused": View("keeper", "/shops/{shop}/book/search?amount=three", 400),
    "book-search-none": View("keeper", "/shops/{shop}/book/search?receipt=99999999"),
    "check": View("nobody", "/check"),
    "check-shop": View("nobody", "/check?code={long_code}"),
    "check-mine": View("keeper", "/check?code={code}"),
    "check-unknown": View("nobody", f"/check?code={FOREIGN}", 422),
    "codes": View("keeper", "/shops/{shop}/codes"),
    "code-replace": View("keeper", "/shops/{shop}/codes/{code}/replace"),
    "name": View("keeper", "/shops/{shop}/name"),
    "name-closed": View("keeper", "/shops/{closed_shop}/name", 409),
    "shop-closed": View("keeper", "/shops/{closed_shop}"),
    "till-closed": View("keeper", "/shops/{closed_shop}/till"),
    "shop-market-closed": View("keeper", "/shops/{closed_shop}/market"),
    "day-quiet": View("keeper", "/shops/{shop}/payments?date={yesterday}"),
    "confirm-order": View("resident", "/pay/confirm?code={order_code}"),
    "pay-order-own": View("keeper", "/pay?code={order_code}", 422),
    "receipt": View("resident", "/payments/{order_payment}/receipt"),
    "receipt-refunded": View("keeper", "/payments/{refunded}/receipt"),
    "shops-invited": View("invited", "/shops"),
    "invitation": View("invited", "/invitations/{invitation}"),
    "shops-cashier": View("cashier", "/shops"),
    "shop-cashier": View("cashier", "/shops/{shop}"),
    "till-cashier": View("cashier", "/shops/{shop}/till"),
    "leave": View("cashier", "/shops/{shop}/leave"),
    "book-forbidden": View("cashier", "/shops/{shop}/payments", 403),
    "staff": View("keeper", "/shops/{shop}/staff"),
    "staff-invited": View("keeper", "/shops/{long_shop}/staff"),
    "staff-none": View("keeper", "/shops/{quiet_shop}/staff"),
    "invite": View("keeper", "/shops/{shop}/staff/invite"),
    "invite-refused": View("keeper", "/shops/{shop}/staff/invite", 400, _no_number),
    "worker": View("keeper", "/shops/{shop}/staff/{worker}"),
    "shifts": View("keeper", "/shops/{shop}/shifts"),
    "shifts-none": View("keeper", "/shops/{quiet_shop}/shifts"),
    "shift": View("cashier", "/shops/{shop}/shifts/{shift}"),
    "shift-close": View("cashier", "/shops/{shop}/shifts/{shift}/close"),
    "shift-closed": View("keeper", "/shops/{shop}/shifts/{old_shift}"),
    "orders": View("keeper", "/shops/{shop}/orders"),
    "orders-none": View("keeper", "/shops/{quiet_shop}/orders"),
    "new-order": View("cashier", "/shops/{shop}/orders/new"),
    "new-order-refused": View("cashier", "/shops/{shop}/orders/new", 400, _no_amount),
    "order": View("cashier", "/shops/{shop}/orders/{order}"),
    "order-paid": View("keeper", "/shops/{shop}/orders/{paid_order}"),
    "order-closed": View("keeper", "/shops/{shop}/orders/{closed_order}"),
    "counter": View("keeper", "/shops/{shop}/counter"),
    "counter-nonsense": View("keeper", "/shops/{shop}/counter?amount=three", 400),
    "counter-code": View("keeper", "/shops/{shop}/counter?amount=12345.60"),
    "counter-camera": View("keeper", "/shops/{long_shop}/counter?amount=3.50&camera=1"),
    "counter-refused": View("keeper", "/shops/{long_shop}/counter?amount=3.50", 422, _read_in_vain),
    "charged": View("keeper", "/shops/{shop}/charges/{charged}"),
    "charge-waits": View("keeper", "/shops/{shop}/charges/{asked_charge}"),
    "charged-not-by-me": View("cashier", "/shops/{shop}/charges/{charged}"),
    "charge-undone": View("keeper", "/shops/{shop}/charges/{undone}"),
    "charge-given-up": View("keeper", "/shops/{shop}/charges/{given_up}"),
    "charge-no": View("keeper", "/shops/{shop}/charges/{refused_by_payer}"),
    "charge-undo": View("keeper", "/shops/{shop}/charges/{charged}/undo"),
    "charge-undo-waiting": View("keeper", "/shops/{shop}/charges/{asked_charge}/undo"),
    "keys": View("keeper", "/shops/{shop}/keys"),
    "keys-none": View("keeper", "/shops/{quiet_shop}/keys"),
    "key-new": View("keeper", "/shops/{quiet_shop}/keys/new"),
    "key-new-refused": View("keeper", "/shops/{quiet_shop}/keys/new", 400, _no_scope),
    "key-made": View("keeper", "/shops/{long_shop}/keys/new", 200, _make_key),
    "offers": View("resident", "/offers"),
    "offer": View("resident", "/offers/{offer}"),
    "offer-bounty": View("resident", "/offers/{bounty}"),
    "confirm-offer": View("resident", "/pay/confirm?code={offer_code}&amount=7.00"),
    "charge-offer": View("asked", "/pay-code/charges/{offer_charge}"),
    "charged-offer": View("keeper", "/shops/{offer_shop}/charges/{offer_charged}"),
    "till-offer": View("keeper", "/shops/{offer_shop}/till"),
    "payment-offer": View("resident", "/payments/{offer_payment}"),
    "payment-offer-received": View("keeper", "/payments/{offer_payment}"),
    "campaigns": View("keeper", "/campaigns"),
    "campaigns-none": View("newcomer", "/campaigns"),
    "new-campaign": View("keeper", "/campaigns/new", 200, _unfold),
    "new-campaign-no-shop": View("newcomer", "/campaigns/new"),
    "new-campaign-refused": View("keeper", "/campaigns/new", 400, _no_rules),
    "campaign": View("keeper", "/campaigns/{offer}"),
    "campaign-end": View("keeper", "/campaigns/{offer}/end"),
    "campaign-draft": View("keeper", "/campaigns/{draft}"),
    "promoter": View("keeper", "/promoter"),
    "promoter-none": View("newcomer", "/promoter"),
    "markets": View("keeper", "/markets"),
    "markets-none": View("newcomer", "/markets"),
    "new-market": View("manager", "/markets/new"),
    "market": View("manager", "/markets/{market}"),
    "market-week": View("manager", "/markets/{market}?view=week"),
    "market-young": View("manager", "/markets/{young_market}"),
    "market-shops": View("manager", "/markets/{market}/shops"),
    "market-shops-none": View("manager", "/markets/{market}/shops?sought=nothing"),
    "market-member": View("manager", "/markets/{market}/shops/{member}"),
    "market-manage": View("manager", "/markets/{young_market}/manage"),
    "market-manage-refused": View("manager", "/markets/{young_market}/manage", 404, _no_code),
    "market-unknown": View("keeper", "/markets/{market}", 404),
    "shop-market": View("keeper", "/shops/{shop}/market"),
    "shop-market-invited": View("keeper", "/shops/{long_shop}/market?name=Market"),
    "me-named": View("minor", "/me"),
    "real-name": View("newcomer", "/me/real-name"),
    "real-name-refused": View("newcomer", "/me/real-name", 400, _wrong_birthday),
    "real-name-named": View("resident", "/me/real-name"),
    "real-name-in-full": View("resident", "/me/real-name", 200, _in_full),
    "real-name-waiting": View("waiting", "/me/real-name"),
    "real-name-minor": View("minor", "/me/real-name"),
    "real-name-doubled": View("doubled", "/me/real-name"),
    "real-name-code": View("doubled", "/me/real-name", 422, _wrong_move_code),
    "operator-names": View("operator", "/operator/names"),
    "operator-name": View("operator", "/operator/names/{name_claim}"),
    "operator-name-refused": View("operator", "/operator/names/{name_claim}", 400, _no_reason_for_a_name),
}
