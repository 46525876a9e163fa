"""A visitor from abroad with card money in every state, and the pages that show it."""

import itertools
from typing import Any

import httpx
from playwright.sync_api import Page

from tests.browser.city import Person
from tests.served import Served, wait_for

_numbers = itertools.count(447700900200)
GOOD, DECLINED = "4242424242424242", "4000000000000002"


def make_visitor(hall: Served) -> tuple[Person, dict[str, str]]:
    """The visitor, and the places: a top-up in each state, and a statement of money that went home."""
    visitor = Person(hall, f"+{next(_numbers)}")
    assert visitor.api("PATCH", "/me", {"name": "Emma Charlotte Clarke-Featherstonehaugh"}).status_code == 200
    first = _top_up(visitor, 30_000, GOOD)
    failed = _top_up(visitor, 5_000, DECLINED)
    gone = visitor.api("POST", "/me/leavings")
    assert gone.status_code == 201, gone.text
    path = f"/me/leavings/{gone.json()['id']}"
    wait_for(lambda: visitor.api("GET", path).json()["parts"][0]["state"] == "succeeded", "the refund")
    again = _top_up(visitor, 88_800, GOOD)
    places = {"card_first": first, "card_failed": failed, "card_succeeded": again, "leaving": gone.json()["id"]}
    return visitor, places | {"card_open": _open(visitor, 10_000)[0]}


def _open(visitor: Person, amount: int) -> tuple[str, str]:
    """A top-up whose page is there: its id, and the page's address."""
    asked = visitor.api("POST", "/wallet/card-top-ups", {"amount": amount})
    assert asked.status_code == 201, asked.text
    top_up = str(asked.json()["id"])
    wait_for(lambda: _look(visitor, top_up)["page"] is not None, "the page for the card")
    return top_up, str(_look(visitor, top_up)["page"])


def _top_up(visitor: Person, amount: int, number: str) -> str:
    top_up, page = _open(visitor, amount)
    assert httpx.post(page, data={"number": number}).status_code == 303
    wait_for(lambda: _look(visitor, top_up)["state"] != "processing", "the word on the card")
    return top_up


def _look(visitor: Person, top_up: str) -> dict[str, Any]:
    found: dict[str, Any] = visitor.api("GET", f"/wallet/card-top-ups/{top_up}").json()
    return found


def _no_email(page: Page, path: str) -> None:
    page.goto(path)
    page.locator("#phone").fill("ann@example")
    page.locator("form[action='/sign-in'] button").click()
    page.locator("#problem").wait_for()


def _too_much(page: Page, path: str) -> None:
    page.goto(path)
    page.locator("#amount").fill("99999")
    page.locator("main form .actions button").click()
    page.locator("#problem").wait_for()


VISITORS: dict[str, tuple[Any, ...]] = {
    "visit": ("nobody", "/visit"),
    "visit-refused": ("nobody", "/visit", 400, _no_email),
    "visitor-wallet": ("visitor", "/wallet"),
    "visitor-me": ("visitor", "/me"),
    "visitor-safety": ("visitor", "/me/safety"),
    "card": ("visitor", "/wallet/card"),
    "card-refused": ("visitor", "/wallet/card", 422, _too_much),
    "card-open": ("visitor", "/wallet/card/{card_open}"),
    "card-back": ("visitor", "/wallet/card/{card_open}?back=1"),
    "card-succeeded": ("visitor", "/wallet/card/{card_succeeded}"),
    "card-returned": ("visitor", "/wallet/card/{card_first}"),
    "card-failed": ("visitor", "/wallet/card/{card_failed}"),
    "leaving": ("visitor", "/me/leaving"),
    "leaving-none": ("newcomer", "/me/leaving"),
    "leaving-statement": ("visitor", "/me/leaving/{leaving}"),
}
