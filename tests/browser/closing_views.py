"""Somebody who left, money that came for them, and the pages of closing an account, for the gallery."""

from typing import Any

import psycopg
from playwright.sync_api import Page

from tests.browser.city import Person
from tests.browser.counter import id_of
from tests.served import Served

GONE = ("gone", "gone_too")


def make_leavers(hall: Served, people: dict[str, Person]) -> dict[str, str]:
    """Two closed their accounts; for the first a colleague is to be asked, for the second the operator asked already,
    and a refund came for them."""
    places = {}
    ids = {who: id_of(people[who]) for who in (*GONE, "operator")}
    for who in GONE:
        closed = people[who].api("POST", "/me/closing")
        assert closed.status_code == 200, closed.text
    with psycopg.connect(hall.database_url) as conn:
        for who in GONE:
            found = conn.execute("select id from closing.closings where resident = %s", [ids[who]]).fetchone()
            assert found is not None
            places[who] = str(found[0])
        asked = "update closing.closings set asked_at = now(), asked_by = %s, seen = '身份证，尾号 0019' where id = %s"
        conn.execute(asked, [ids["operator"], places["gone_too"]])
        conn.execute(
            "insert into closing.unclaimed (id, resident, wallet, amount, currency, reason, at)"
            " select gen_random_uuid(), id, wallet, 1250, 'CNY', 'refund', now() from people.residents where id = %s",
            [ids["gone_too"]],
        )
    return places


def _unread(page: Page, path: str) -> None:
    page.goto(path)
    page.locator("input[name=read]").evaluate("element => element.removeAttribute('required')")
    page.locator("main form[action='/me/closing'] .actions button").click()
    page.locator("#problem").wait_for()


def _nothing_seen(page: Page, path: str) -> None:
    page.goto(path)
    page.locator("#seen").fill(" ")
    page.locator("main form .actions button").click()
    page.locator("#problem").wait_for()


CLOSING: dict[str, tuple[Any, ...]] = {
    "closing": ("newcomer", "/me/closing"),
    "closing-refused": ("newcomer", "/me/closing", 400, _unread),
    "closing-obstacles": ("careful", "/me/closing"),
    "closing-obstacles-shops": ("keeper", "/me/closing"),
    "closed": ("nobody", "/closed"),
    "operator-closings": ("operator", "/operator/closings"),
    "operator-closings-none": ("operator", "/operator/closings?address=13999999999"),
    "operator-closing": ("operator", "/operator/closings/{gone}"),
    "operator-closing-refused": ("operator", "/operator/closings/{gone}", 400, _nothing_seen),
    "operator-closing-asked": ("operator", "/operator/closings/{gone_too}"),
    "operator-closing-reopen": ("colleague", "/operator/closings/{gone_too}"),
}
