"""A hall with life in it: residents who paid, shops that took money, top-ups in every state; the way to each page."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import uuid4
from zoneinfo import ZoneInfo

from msgspec import Struct
from playwright.sync_api import Page

from tests.browser.city import Person, new_phone
from tests.browser.counter import ask_payer, id_of, refuse, trade_of_month
from tests.browser.payday import payday
from tests.core.webhooks.receiver import Receiver, status
from tests.outside_fixture import OutsideProgram
from tests.served import Served, wait_for

LONG_NAME = "老城根儿回民街张三麻子孜然羊肉串与冰镇酸梅汤总店（钟楼南侧）"
FOREIGN = "00020101021129370016A000000677010111011300668123456785802TH530376463045D82"


WHO = ("resident", "keeper", "newcomer", "asked", "operator", "cashier", "invited")


class Scenery:
    """The people (those of `WHO`) and the `places` that paths are filled with."""

    def __init__(self, hall: Served, outside: OutsideProgram) -> None:
        self.people = {who: Person(hall, new_phone()) for who in WHO}
        self.sessions = {who: person.new_session() for who, person in self.people.items()}
        resident, keeper = self.people["resident"], self.people["keeper"]
        resident.new_session()
        stall = keeper.open_shop("李记肉夹馍")
        grill = keeper.open_shop(LONG_NAME, "restaurant")
        keeper.open_shop("Old Wang's Breakfast & Noodles", "breakfast")
        self.receivers = {name: Receiver() for name in ("good", "gone")}
        hooks = {name: self._webhook(keeper, receiver) for name, receiver in self.receivers.items()}
        self.receivers["good"].next(status(500))
        self.receivers["gone"].next(*[status(410)] * 9)
        resident.top_up(30_000)
        paid = [resident.pay(stall, amount) for amount in (350, 700, 1205)] + [resident.pay(grill, 8_888)]
        quiet = keeper.open_shop("安静的小店")
        offered = self._invite(stall, "cashier")
        assert self.people["cashier"].api("POST", f"/me/invitations/{offered}/accept").status_code == 200
        orders = self._orders(stall)
        self._key(keeper, stall, "门口扫码枪", "charges:write")
        self._key(
            keeper, stall, "Self-checkout kiosk by the exit, no. 2", "charges:write", "payments:read", "refunds:write"
        )
        for name in ("我的旧手机", "Watch"):
            assert resident.api("POST", "/me/pay-code/devices", {"name": name}).status_code == 201
        asked = self.people["asked"]
        asked.top_up(100_000)
        refused = ask_payer(asked, stall, 1_205)
        refuse(asked, refused)
        self.places = {
            "charge": ask_payer(asked, grill, 8_888),
            "dear_charge": ask_payer(asked, stall, 900_000),
            "late_charge": ask_payer(asked, grill, 1_205, lives=-timedelta(minutes=1)),
            "refused_charge": refused,
            "phone": resident.phone,
            "silent_phone": new_phone(),
            "invitation": self._invite(grill, "invited"),
            "worker": keeper.api("GET", f"/shops/{stall['id']}/staff").json()["staff"][0]["id"],
            "shift": self._shift(stall, "cashier", closed=False),
            "old_shift": self._shift(stall, "keeper", closed=True),
            "order": orders["open"],
            "order_code": quote(orders["code"]),
            "paid_order": orders["paid"],
            "order_payment": orders["payment"],
            "closed_order": orders["closed"],
            "shop": stall["id"],
            "long_shop": grill["id"],
            "quiet_shop": quiet["id"],
            "code": stall["short_code"],
            "long_code": grill["short_code"],
            "payment": paid[-1]["id"],
            "refunded": self._refunded(keeper, paid[1]["id"]),
            "succeeded": self._top_up(resident, "succeeded"),
            "failed": self._top_up(resident, "failed", outside, outcome="no", reason="insufficient_funds"),
            "processing": self._top_up(resident, "processing", outside, settle_after=86_400_000),
            "webhook": hooks["good"],
            "gone_webhook": hooks["gone"],
            "charged": self._charged(resident, keeper, stall, 350),
            "undone": self._charged(resident, keeper, stall, 480, undo=True),
            "asked_charge": self._charged(asked, keeper, stall, 250_000),
            "given_up": self._charged(asked, keeper, stall, 260_000, undo=True),
            "refused_by_payer": refused,
            "delivery": self._delivery(keeper, hooks["good"]),
            **payday(keeper, self.people["operator"], stall),
            "last_month": _last_month(keeper, asked, stall),
            **self._offers(keeper, resident),
            "yesterday": f"{datetime.now(ZoneInfo('Asia/Shanghai')) - timedelta(days=1):%Y-%m-%d}",
        }

    def close(self) -> None:
        for person in self.people.values():
            person.close()
        for receiver in self.receivers.values():
            receiver.close()

    def _invite(self, shop: dict[str, Any], who: str) -> str:
        wish = {"phone": self.people[who].phone, "role": "cashier", "shown_as": "2号收银"}
        made = self.people["keeper"].api("POST", f"/shops/{shop['id']}/invitations", wish)
        assert made.status_code == 201, made.text
        return str(made.json()["id"])

    def _shift(self, shop: dict[str, Any], who: str, *, closed: bool) -> str:
        path = f"/shops/{shop['id']}/shifts"
        shift = str(self.people[who].api("POST", path).json()["id"])
        if closed:
            assert self.people[who].api("POST", f"{path}/{shift}/close").status_code == 200
        return shift

    def _orders(self, shop: dict[str, Any]) -> dict[str, str]:
        """One that waits, one that was paid, one that was closed."""
        path, cashier = f"/shops/{shop['id']}/orders", self.people["cashier"]
        wish = {"amount": 4_250, "note": "两个肉夹馍，一碗冰峰", "reference": "A-1017", "expires_in": 604_800}
        waits = cashier.api("POST", path, wish).json()
        paid = cashier.api("POST", path, {"amount": 1_800, "note": "Table 5"}).json()
        closed = cashier.api("POST", path, {"amount": 99}).json()
        assert cashier.api("POST", f"{path}/{closed['id']}/close").status_code == 200
        payment = self.people["resident"].api("POST", "/payments", {"code": paid["code"]})
        assert payment.status_code == 201, payment.text
        return {
            "open": waits["id"],
            "code": waits["code"],
            "paid": paid["id"],
            "payment": payment.json()["id"],
            "closed": closed["id"],
        }

    @staticmethod
    def _refunded(keeper: Person, payment: str) -> str:
        for amount, reason in ((200, "Wrong amount"), (150, "Sold out")):
            made = keeper.api("POST", f"/payments/{payment}/refunds", {"amount": amount, "reason": reason})
            assert made.status_code == 201, made.text
        return payment

    @staticmethod
    def _charged(payer: Person, keeper: Person, shop: dict[str, Any], amount: int, *, undo: bool = False) -> str:
        code = payer.api("POST", "/me/pay-code").json()["digits"]
        body = {"pay_code": code, "amount": amount, "reference": str(uuid4())}
        made = keeper.api("POST", f"/shops/{shop['id']}/charges", body)
        assert made.status_code in (201, 202), made.text
        charge = str(made.json()["id"])
        if undo:
            assert keeper.api("POST", f"/payments/{charge}/reverse").status_code == 200
        return charge

    @staticmethod
    def _key(keeper: Person, shop: dict[str, Any], name: str, *scopes: str) -> None:
        made = keeper.api("POST", f"/shops/{shop['id']}/keys", {"name": name, "scopes": scopes})
        assert made.status_code == 201, made.text

    @staticmethod
    def _top_up(person: Person, state: str, outside: OutsideProgram | None = None, **plan: Any) -> str:
        if outside is not None:
            outside.plan(on="charge", who=f"demo:+86{person.phone}", **plan)
        asked = person.api("POST", "/wallet/top-ups", {"amount": 5_000, "bank_account": "demo"})
        path = f"/wallet/top-ups/{asked.json()['id']}"
        wait_for(lambda: person.api("GET", path).json()["state"] == state, f"the top-up to be {state}")
        return str(asked.json()["id"])

    @staticmethod
    def _offers(keeper: Person, resident: Person) -> dict[str, str]:
        """A stall whose keeper pays a part of each breakfast and a red packet besides; one payment got both."""
        stall = keeper.open_shop("早餐铺子", "breakfast")
        keeper.top_up(100_000)
        today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
        dates = {"first_day": str(today), "last_day": str(today + timedelta(days=30))}
        common = {**dates, "budget": 10_000, "start": True, "groups": [{"kind": "shop", "id": stall["id"]}]}
        wishes = {
            "offer": {"title": "早餐立减三元五", "kind": "amount_off", "amount": 350, "per_day": 2, "min_spend": 351},
            "bounty": {"title": "Red packet", "kind": "bounty", "low": 1, "high": 88, "min_spend": 88},
            "draft": {"title": "周五一分钱早餐", "kind": "fixed_price", "amount": 1, "weekdays": [5], "start": False},
        }
        made = {name: keeper.api("POST", "/campaigns", common | wish) for name, wish in wishes.items()}
        for answer in made.values():
            assert answer.status_code == 201, answer.text
        paid = resident.pay(stall, 700)
        assert paid["discount"] == 350
        ids = {name: answer.json()["id"] for name, answer in made.items()}
        return ids | {"offer_code": stall["short_code"], "offer_payment": paid["id"]}

    @staticmethod
    def _webhook(keeper: Person, receiver: Receiver) -> str:
        made = keeper.api("POST", "/webhooks", {"url": receiver.url, "events": ["payment.*"]})
        assert made.status_code == 201, made.text
        return str(made.json()["id"])

    @staticmethod
    def _delivery(keeper: Person, webhook: str) -> str:
        """A delivery that was answered with a 500 first and then taken."""
        path = f"/webhooks/{webhook}/deliveries?state=delivered"

        def taken() -> list[str]:
            return [one["id"] for one in keeper.api("GET", path).json()["deliveries"] if one["attempts"] > 1]

        wait_for(taken, "the delivery that was refused at first")
        return taken()[0]


def _last_month(keeper: Person, payer: Person, shop: dict[str, Any]) -> str:
    """The month before this one gets trade on each of its days but the last, and is closed; its first day."""
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    first = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    payer.top_up(1_000_000)
    trade_of_month(payer, shop, first, id_of(keeper))
    return first.isoformat()


def _go(page: Page, path: str) -> None:
    page.goto(path)


def _wrong_phone(page: Page, path: str) -> None:
    page.goto(path)
    page.locator("#phone").fill("110")
    page.locator("main form button").click()


def _ask_for_code(page: Page, path: str) -> None:
    page.goto("/sign-in")
    page.locator("#phone").fill(path.rpartition("#")[2])
    page.locator("main form button").click()
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
    page.locator("#from_time").fill("nine")
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
    page.goto(path)
    for name, text in (("holder", "李秀英"), ("number", "6217000010001234561"), ("again", "DE89370400440532013000")):
        page.locator(f"#{name}").fill(text)
    page.locator("main form .actions button").click()
    page.locator("#problem").wait_for()


def _no_reason(page: Page, path: str) -> None:
    page.goto(path)
    page.locator("#reason").fill(" ")
    page.locator("main form .actions button").click()
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
    page.wait_for_url("**/rotate")


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
    page.wait_for_url("**/me/preferences")


def _unfold(page: Page, path: str) -> None:
    """With what is folded away on arrival."""
    page.goto(path)
    for fold in page.locator("details").all()[:4]:
        fold.evaluate("element => { element.open = true }")


class View(Struct, frozen=True):
    """A page to look at: who looks, where it is, its status, and how to get there if not by its address."""

    who: str
    path: str
    status: int = 200
    reach: Callable[[Page, str], None] = _go


VIEWS = {
    "welcome": View("nobody", "/"),
    "sign-in": View("nobody", "/sign-in"),
    "sign-in-refused": View("nobody", "/sign-in", 400, _wrong_phone),
    "sign-in-code": View("nobody", "/sign-in/code#{silent_phone}", 200, _ask_for_code),
    "sign-in-code-refused": View("nobody", "/sign-in/code#{silent_phone}", 422, _wrong_code),
    "soon-ride": View("nobody", "/soon/ride"),
    "soon-voucher": View("resident", "/soon/voucher"),
    "docs": View("nobody", "/docs"),
    "docs-unfolded": View("nobody", "/docs", 200, _unfold),
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
    "pay-devices": View("resident", "/pay-code/devices"),
    "pay-devices-none": View("newcomer", "/pay-code/devices"),
    "charge": View("asked", "/pay-code/charges/{charge}"),
    "charge-dear": View("asked", "/pay-code/charges/{dear_charge}"),
    "charge-late": View("asked", "/pay-code/charges/{late_charge}"),
    "charge-refused": View("asked", "/pay-code/charges/{refused_charge}"),
    "wallet": View("resident", "/wallet"),
    "wallet-new": View("newcomer", "/wallet"),
    "top-up": View("resident", "/wallet/top-up"),
    "top-up-processing": View("resident", "/wallet/top-ups/{processing}"),
    "top-up-succeeded": View("resident", "/wallet/top-ups/{succeeded}"),
    "top-up-failed": View("resident", "/wallet/top-ups/{failed}"),
    "me": View("resident", "/me"),
    "sessions": View("resident", "/me/sessions"),
    "shops": View("keeper", "/shops"),
    "shops-none": View("newcomer", "/shops"),
    "new-shop": View("keeper", "/shops/new"),
    "new-shop-unfolded": View("keeper", "/shops/new", 200, _unfold),
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
    "withdraw-none": View("newcomer", "/money/withdraw"),
    "withdraw-refused": View("keeper", "/money/withdraw", 400, _nothing_withdrawn),
    "withdrawal-arrived": View("keeper", "/money/withdrawals/{arrived}"),
    "withdrawal-rejected": View("keeper", "/money/withdrawals/{rejected}"),
    "withdrawal-under-way": View("keeper", "/money/withdrawals/{under_way}"),
    "bank-account": View("keeper", "/money/bank-account"),
    "bank-account-refused": View("keeper", "/money/bank-account", 400, _numbers_differ),
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
    "name": View("keeper", "/shops/{shop}/name"),
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
    "payment-offer": View("resident", "/payments/{offer_payment}"),
    "payment-offer-received": View("keeper", "/payments/{offer_payment}"),
    "campaigns": View("keeper", "/campaigns"),
    "campaigns-none": View("newcomer", "/campaigns"),
    "new-campaign": View("keeper", "/campaigns/new", 200, _unfold),
    "new-campaign-refused": View("keeper", "/campaigns/new", 400, _no_rules),
    "campaign": View("keeper", "/campaigns/{offer}"),
    "campaign-draft": View("keeper", "/campaigns/{draft}"),
    "promoter": View("keeper", "/promoter"),
    "promoter-none": View("newcomer", "/promoter"),
}
