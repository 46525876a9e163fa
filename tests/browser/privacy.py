"""Somebody at whom others looked, for the gallery; and the pages on which people see what is done with their data."""

from typing import Any

import psycopg
from playwright.sync_api import Page

from tests.browser.city import Person
from tests.browser.counter import id_of
from tests.served import Served

REMINDER = "/me/consents/demo.pension_reminder"


def make_looked_at(hall: Served, people: dict[str, Person], shop: str) -> None:
    """The friend was looked at by the operator, and at a shop with this name; who sent them money stands there too."""
    friend = id_of(people["friend"])
    lookers = (
        (id_of(people["operator"]), "operator", "赵敏", "people.recovery"),
        (id_of(people["keeper"]), "shop", shop, "payments.payment"),
    )
    with psycopg.connect(hall.database_url) as conn:
        for who, capacity, called, look in lookers:
            conn.execute(
                "insert into people.accesses (id, at, resident, who, capacity, called, look)"
                " values (gen_random_uuid(), now(), %s, %s, %s, %s, %s)",
                [friend, who, capacity, called, look],
            )


def _agree(page: Page, path: str) -> None:
    page.goto(path)
    if page.locator("form[action$='/give']").count():
        page.locator("form[action$='/give'] button").click()
    page.locator("form[action$='/withdraw']").wait_for()


def _take_back(page: Page, path: str) -> None:
    _agree(page, path)
    page.locator("form[action$='/withdraw'] button").click()
    page.locator("form[action$='/give']").wait_for()


PRIVACY: dict[str, tuple[Any, ...]] = {
    "accesses": ("friend", "/me/accesses"),
    "accesses-none": ("newcomer", "/me/accesses"),
    "consents": ("careful", "/me/consents"),
    "consents-asked": ("newcomer", "/me/consents?next=/wallet"),
    "consent": ("newcomer", REMINDER),
    "consent-given": ("careful", REMINDER, 200, _agree),
    "consent-taken-back": ("friend", REMINDER, 200, _take_back),
    "consent-by-law": ("newcomer", "/me/consents/people.real_name"),
    "export": ("careful", "/me/export"),
}
