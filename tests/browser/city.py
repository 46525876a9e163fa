"""People, shops and money of the served hall, made over HTTP so that a browser story can begin in the middle."""

import itertools
import re
from datetime import datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
from playwright.sync_api import Page

from tests.served import Served, wait_for

JSON = {"Accept": "application/json"}
_numbers = itertools.count(13600000001)


class Person:
    """A resident: signed in over the API (`api`), and in a browser when asked (`new_session`)."""

    def __init__(self, hall: Served, phone: str) -> None:
        self.hall = hall
        self.phone = phone
        self._client = hall.client()
        self._bearer = {"Authorization": f"Bearer {self._token()}"}

    def close(self) -> None:
        self._client.close()

    def api(
        self, method: str, path: str, body: object = None, *, at: str = "", behalf: str = "", bearer: str = ""
    ) -> httpx.Response:
        """A request to the API with a key of its own; `at` names another server of the same hall, `behalf` for whom,
        `bearer` the key of a scanner that asks in this person's place."""
        headers = self._bearer | {"Idempotency-Key": str(uuid4())} | ({"On-Behalf-Of": behalf} if behalf else {})
        headers |= {"Authorization": f"Bearer {bearer}"} if bearer else {}
        return self._client.request(method, f"{at}/api/v1{path}", json=body, headers=headers)

    def new_session(self) -> str:
        """Sign in once more, in a browser: the value of the session's cookie."""
        with self.hall.client() as browser:
            form = {"_csrf_token": csrf(browser.get("/sign-in").text), "phone": self.phone}
            assert browser.post("/sign-in", data=form).status_code == 303
            form["code"] = read_code(self.hall, self.phone)
            assert browser.post("/sign-in/code", data=form).status_code == 303
            return browser.cookies["openhall_session"]

    def top_up(self, amount: int) -> None:
        """Money from the bank, in fen; returns when it is in the wallet."""
        asked = self.api("POST", "/wallet/top-ups", {"amount": amount, "bank_account": "demo"})
        assert asked.status_code in (201, 202), asked.text
        path = f"/wallet/top-ups/{asked.json()['id']}"
        wait_for(lambda: self.api("GET", path).json()["state"] == "succeeded", "the top-up")

    def balance(self) -> int:
        return int(self.api("GET", "/wallet").json()["balance"])

    def open_shop(self, name: str = "王记早餐", category: str = "breakfast") -> dict[str, Any]:
        """{id, name, code, short_code}"""
        made = self.api("POST", "/merchants", {"shop_name": name, "category": category, "city": "长安"})
        assert made.status_code == 201, made.text
        shop: dict[str, Any] = made.json()["shop"]
        return shop

    def pay(self, shop: dict[str, Any], amount: int, *, at: str = "") -> dict[str, Any]:
        """A payment, as another phone makes it."""
        paid = self.api("POST", "/payments", {"code": shop["code"], "amount": amount}, at=at)
        assert paid.status_code == 201, paid.text
        payment: dict[str, Any] = paid.json()
        return payment

    def taken(self, shop: dict[str, Any]) -> list[int]:
        """The amounts in the book of the person's shop, newest first."""
        return [paid["amount"] for paid in self.api("GET", f"/shops/{shop['id']}/payments").json()["payments"]]

    def _token(self) -> str:
        assert self._client.post("/api/v1/auth/otp", json={"phone": self.phone}).status_code == 202
        body = {"phone": self.phone, "code": read_code(self.hall, self.phone)}
        signed_in = self._client.post("/api/v1/auth/session", json=body)
        assert signed_in.status_code == 201, signed_in.text
        return str(signed_in.json()["token"])


def new_phone() -> str:
    """A number nobody had before."""
    return str(next(_numbers))


def read_code(hall: Served, phone: str) -> str:
    """The newest code on a demo phone."""
    with hall.client() as anybody:
        codes = [text["code"] for text in anybody.get(f"/demo/phone/{phone}", headers=JSON).json()]
    return str(next(code for code in codes if code))


def csrf(html: str) -> str:
    """The token that a page puts into its forms."""
    found = re.search(r'name="_csrf_token" value="([^"]+)"', html)
    assert found, html[:2000]
    return found[1]


def this_month() -> str:
    return f"{datetime.now(ZoneInfo('Asia/Shanghai')):%Y-%m}"


def path_of(page: Page) -> str:
    """Where a page stands, without the address of the hall."""
    return re.sub(r"^https?://[^/]+", "", page.url)
