"""A hall with life in it: residents who paid, shops that took money, top-ups in every state; the way to each page."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import uuid4
from zoneinfo import ZoneInfo

from openhall.core.people.demo import PEOPLE
from openhall.demo.market import MANAGER_PHONE
from tests.browser.city import Person, new_phone
from tests.browser.closing_views import GONE, make_leavers
from tests.browser.counter import ask_payer, id_of, market_of, refuse, trade_of_month
from tests.browser.family import HELPERS, make_family
from tests.browser.names import NAMED, name_everybody
from tests.browser.payday import payday
from tests.browser.privacy import make_looked_at
from tests.browser.recovery import people_of
from tests.browser.safety import CAREFUL, make_safe
from tests.browser.visitors import make_visitor
from tests.core.webhooks.receiver import Receiver, status
from tests.outside_fixture import OutsideProgram
from tests.served import Served, wait_for

LONG_NAME = "老城根儿回民街张三麻子孜然羊肉串与冰镇酸梅汤总店（钟楼南侧）"
FOREIGN = "00020101021129370016A000000677010111011300668123456785802TH530376463045D82"


NAMED_PHONE = next(phone for role, phone, _, _ in PEOPLE if role == "named").removeprefix("+86")
WHO = (
    "resident",
    "keeper",
    "newcomer",
    "asked",
    "operator",
    "cashier",
    "invited",
    "colleague",
    "recovered",
    *NAMED,
    *CAREFUL,
    *HELPERS,
    *GONE,
)


class Scenery:
    """The people (those of `WHO`) and the `places` that paths are filled with."""

    def __init__(self, hall: Served, outside: OutsideProgram) -> None:
        # The careful one is the father whom the demo city knows by name already: a name has one account.
        self.people = {who: Person(hall, NAMED_PHONE if who == "careful" else new_phone()) for who in WHO}
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
        # Before so much is delivered that it is no longer on the first page.
        delivery = self._delivery(keeper, hooks["good"])
        quiet = keeper.open_shop("安静的小店")
        offered = self._invite(stall, "cashier")
        assert self.people["cashier"].api("POST", f"/me/invitations/{offered}/accept").status_code == 200
        orders = self._orders(stall)
        self._enrol_devices(resident)
        asked = self.people["asked"]
        asked.top_up(100_000)
        self.places = {
            **self._charges(asked, stall, grill),
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
            **self._counter(resident, asked, keeper, stall),
            "delivery": delivery,
            **payday(keeper, resident, self.people["operator"], stall),
            "last_month": _last_month(keeper, asked, stall),
            **self._markets(hall, stall, grill),
            **self._offers(keeper, resident, asked),
            **people_of(hall, self.people),
            "message": keeper.api("GET", "/messages").json()["messages"][-1]["id"],
            **name_everybody(hall, outside, self.people),
            **make_safe(hall, self.people),
            **make_family(hall, self.people, stall["short_code"]),
            **self._come_and_gone(hall),
            "yesterday": f"{datetime.now(ZoneInfo('Asia/Shanghai')) - timedelta(days=1):%Y-%m-%d}",
        }
        make_looked_at(hall, self.people, LONG_NAME)

    @staticmethod
    def _charges(asked: Person, stall: dict[str, Any], grill: dict[str, Any]) -> dict[str, str]:
        refused = ask_payer(asked, stall, 1_205)
        refuse(asked, refused)
        return {
            "charge": ask_payer(asked, grill, 8_888),
            "dear_charge": ask_payer(asked, stall, 900_000),
            "late_charge": ask_payer(asked, grill, 1_205, lives=-timedelta(minutes=1)),
            "refused_charge": refused,
            "refused_by_payer": refused,
        }

    @staticmethod
    def _closed(keeper: Person) -> str:
        shop = keeper.open_shop("关了门的店")
        assert keeper.api("POST", f"/shops/{shop['id']}/close").status_code == 200
        return str(shop["id"])

    def _markets(self, hall: Served, stall: dict[str, Any], grill: dict[str, Any]) -> dict[str, str]:
        """A market with history before anything that is closed by now, and a young one, both with the same manager."""
        keeper = self.people["keeper"]
        market = market_of(keeper)
        manager = self.people["manager"] = Person(hall, MANAGER_PHONE.removeprefix("+86"))
        self.sessions["manager"] = manager.new_session()
        member = manager.api("GET", f"/markets/{market}/shops?limit=1").json()["shops"][0]["id"]
        young = _requests(manager, keeper, market, stall, grill)
        return {"market": market, "member": member, "young_market": young}

    def _come_and_gone(self, hall: Served) -> dict[str, str]:
        """A visitor, and two who left."""
        self.people["visitor"], places = make_visitor(hall)
        self.sessions["visitor"] = self.people["visitor"].new_session()
        return places | make_leavers(hall, self.people)

    def close(self) -> None:
        for person in self.people.values():
            person.close()
        for receiver in self.receivers.values():
            receiver.close()

    @staticmethod
    def _enrol_devices(resident: Person) -> None:
        for name in ("我的旧手机", "Watch"):
            assert resident.api("POST", "/me/pay-code/devices", {"name": name}).status_code == 201

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

    def _counter(self, resident: Person, asked: Person, keeper: Person, shop: dict[str, Any]) -> dict[str, str]:
        """A shop with scanners, and charges in every state; and a shop that is closed."""
        scanner = self._key(keeper, shop, "门口扫码枪", "charges:write")
        self._charged(resident, keeper, shop, 620, key=scanner)
        every = ("charges:write", "payments:read", "refunds:write")
        self._key(keeper, shop, "Self-checkout kiosk by the exit, no. 2", *every)
        return {
            "closed_shop": self._closed(keeper),
            "charged": self._charged(resident, keeper, shop, 350),
            "undone": self._charged(resident, keeper, shop, 480, undo=True),
            "asked_charge": self._charged(asked, keeper, shop, 250_000),
            "given_up": self._charged(asked, keeper, shop, 260_000, undo=True),
        }

    @staticmethod
    def _charged(
        payer: Person, keeper: Person, shop: dict[str, Any], amount: int, *, undo: bool = False, key: str = ""
    ) -> str:
        code = payer.api("POST", "/me/pay-code").json()["digits"]
        body = {"pay_code": code, "amount": amount, "reference": str(uuid4())}
        made = keeper.api("POST", f"/shops/{shop['id']}/charges", body, bearer=key)
        assert made.status_code in (201, 202), made.text
        charge = str(made.json()["id"])
        if undo:
            assert keeper.api("POST", f"/payments/{charge}/reverse").status_code == 200
        return charge

    @staticmethod
    def _key(keeper: Person, shop: dict[str, Any], name: str, *scopes: str) -> str:
        made = keeper.api("POST", f"/shops/{shop['id']}/keys", {"name": name, "scopes": scopes})
        assert made.status_code == 201, made.text
        return str(made.json()["key"])

    @staticmethod
    def _top_up(person: Person, state: str, outside: OutsideProgram | None = None, **plan: Any) -> str:
        if outside is not None:
            outside.plan(on="charge", who=f"demo:+86{person.phone}", **plan)
        asked = person.api("POST", "/wallet/top-ups", {"amount": 5_000, "bank_account": "demo"})
        path = f"/wallet/top-ups/{asked.json()['id']}"
        wait_for(lambda: person.api("GET", path).json()["state"] == state, f"the top-up to be {state}")
        return str(asked.json()["id"])

    def _offers(self, keeper: Person, resident: Person, asked: Person) -> dict[str, str]:
        """A stall whose keeper pays a part of each breakfast and a red packet besides; one payment got both."""
        stall = keeper.open_shop("早餐铺子", "breakfast")
        keeper.top_up(100_000)
        today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
        dates = {"first_day": str(today), "last_day": str(today + timedelta(days=30))}
        common = {**dates, "budget": 10_000, "start": True, "groups": [{"kind": "shop", "id": stall["id"]}]}
        wishes = {
            "offer": {"title": "早餐立减三元五", "kind": "amount_off", "amount": 350, "per_day": 2, "min_spend": 351},
            "bounty": {"title": "Red packet", "kind": "bounty", "low": 1, "high": 88, "min_spend": 88},
            "draft": {
                "title": "周五一分钱早餐",
                "weekdays": [5],
                "kind": "fixed_price",
                "amount": 1,
                "most_off": 1000,
                "start": False,
            },
        }
        made = {name: keeper.api("POST", "/campaigns", common | wish) for name, wish in wishes.items()}
        for answer in made.values():
            assert answer.status_code == 201, answer.text
        paid = resident.pay(stall, 700)
        assert paid["discount"] == 350
        ids = {name: answer.json()["id"] for name, answer in made.items()}
        places = {"offer_code": stall["short_code"], "offer_payment": paid["id"], "offer_shop": stall["id"]}
        places["offer_charged"] = self._charged(resident, keeper, stall, 900)
        return ids | places | {"offer_charge": ask_payer(asked, stall, 700)}

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


def _requests(manager: Person, keeper: Person, market: str, stall: dict[str, Any], grill: dict[str, Any]) -> str:
    """The keeper's stall is in the market, the grill is invited and asks elsewhere, and another market, which is young,
    is offered to the keeper; its id."""
    invited = manager.api("POST", f"/markets/{market}/invitations", {"short_code": stall["short_code"]})
    assert invited.status_code == 201, invited.text
    joined = keeper.api("POST", f"/shops/{stall['id']}/market/requests", {"market": market})
    assert joined.json()["market"]["id"] == market, joined.text
    young = manager.api("POST", "/markets", {"name": "Market of the Old Town", "city": "长安"}).json()["id"]
    for one in (market, young):
        manager.api("POST", f"/markets/{one}/invitations", {"short_code": grill["short_code"]})
    quiet = keeper.open_shop("Shop that asks")
    for one in (market, young):
        assert keeper.api("POST", f"/shops/{quiet['id']}/market/requests", {"market": one}).status_code == 201
    assert manager.api("POST", f"/markets/{young}/handover", {"phone": keeper.phone}).status_code == 202
    return str(young)
