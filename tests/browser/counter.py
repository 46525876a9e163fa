"""A counter of the served hall that reads pay codes, at the side of the browser."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from openhall.base import clock, db, events, ids
from openhall.core import payments
from openhall.core.payments import paycodes
from openhall.web.discover import packages
from tests.browser.city import Person

T = TypeVar("T")


def in_hall(person: Person, act: Callable[[db.Conn], Awaitable[T]]) -> T:
    """One transaction on the hall's database; in a thread, for Playwright has this one."""

    async def run() -> T:
        pool = db.Pool(person.hall.database_url, 2)
        await pool.open()
        try:
            async with pool.write() as conn:
                return await act(conn)
        finally:
            await pool.close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, run()).result()


def id_of(person: Person) -> UUID:
    return UUID(person.api("GET", "/me").json()["id"])


def ask_payer(person: Person, shop: dict[str, Any], amount: int, *, lives: timedelta = timedelta(days=1)) -> str:
    """A charge of the shop that waits for the person's yes; its id."""
    resident = id_of(person)
    sources = [source for package in packages(demo=True) for source in package.payees]

    async def act(conn: db.Conn) -> str:
        new = paycodes.NewWaiting(
            charge=ids.new(),
            resident=resident,
            payee=await payments.resolve(conn, sources, shop["code"]),
            amount=amount,
            currency="CNY",
            reference="T4-0815",
            expires_at=clock.now() + lives,
        )
        await paycodes.ask_payers(conn, [new])
        return str(new.charge)

    return in_hall(person, act)


def refuse(person: Person, charge: str) -> None:
    """The person says no."""
    resident = id_of(person)
    in_hall(person, lambda conn: paycodes.refuse(conn, resident=resident, charge=UUID(charge)))


def tell(person: Person, fact: paycodes.ChargeSucceeded | paycodes.ChargeRefused) -> None:
    """The person's phone learns of a charge."""
    told = paycodes.told(id_of(person), fact)
    in_hall(person, lambda conn: events.publish(conn, [told]))
