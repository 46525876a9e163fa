"""Who acts for whom, for the gallery: a helper for the careful one; a proposal; somebody without a phone."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from openhall.base import config, db
from openhall.core import people as residents
from openhall.core.families.actions import counter
from openhall.core.families.actions.links import Wish
from openhall.core.families.types import Caps, Kind, Link
from tests.browser.city import Person
from tests.browser.counter import id_of
from tests.served import Served

SCOPES = ["wallet.read", "wallet.pay", "messages.read"]
HELPERS = ("helper", "carer")


def make_family(hall: Served, people: dict[str, Person], code: str) -> dict[str, str]:
    """The helper may act for the careful one, and paid for them; the friend asked to act for the carer."""
    # In a thread of its own: the browser's library has a loop running in this one.
    with ThreadPoolExecutor(1) as thread:
        places = thread.submit(asyncio.run, _at_the_counter(hall, people)).result()
    wish = {"dependant": people["carer"].phone, "kind": "voluntary", "scopes": SCOPES, "ends": "2099-12-31"}
    limits = {"limits": {"payment_max": 50_000, "month_max": 200_000}}
    asked = people["friend"].api("POST", "/families/links", wish | limits)
    assert asked.status_code == 201, asked.text
    paid = people["helper"].api("POST", "/payments", {"code": code, "amount": 1_205}, behalf=places["careful"])
    assert paid.status_code == 201, paid.text
    return places | {"family_payment": paid.json()["id"], "family_asked": asked.json()["id"]}


async def _at_the_counter(hall: Served, people: dict[str, Person]) -> dict[str, str]:
    settings = config.Settings(database_url=hall.database_url, secret="x" * 32)
    pool = db.Pool(hall.database_url, 2)
    await pool.open()
    try:
        async with pool.write() as conn:
            person = await residents.join_without_phone(conn, name="王奶奶", currency="CNY")
            card = await counter.card(conn, resident=person, by=id_of(people["operator"]))
            made = await _link(conn, settings, people, people["careful"].phone, confirmed=True)
            cared = await _link(conn, settings, people, card.number, confirmed=True)
            # Whoever gives money has a real name, and some money, as the careful one has.
            given = await _link(conn, settings, people, card.number, confirmed=True, holder="careful")
            waits = await _link(conn, settings, people, people["friend"].phone, confirmed=False)
    finally:
        await pool.close()
    return {
        "careful": str(id_of(people["careful"])),
        "family_link": str(made.id),
        "family_card": str(cared.id),
        "family_given": str(given.id),
        "family_waits": str(waits.id),
        "cared_for": str(person),
    }


async def _link(
    conn: db.Conn,
    settings: config.Settings,
    people: dict[str, Person],
    dependant: str,
    *,
    confirmed: bool,
    holder: str = "helper",
) -> Link:
    papers = counter.Papers(Kind.VOLUNTARY, people[holder].phone, dependant, "两人到场，身份证与户口簿")
    wish = Wish(SCOPES, Caps(50_000, 200_000))
    made = await counter.see(conn, settings, operator=id_of(people["operator"]), papers=papers, wish=wish)
    if confirmed:
        await counter.confirm(conn, settings, operator=id_of(people["colleague"]), link=made.id)
    return made
