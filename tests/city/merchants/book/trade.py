"""Trade for a book: payments and refunds at chosen instants, by chosen hands, through the hall's own ways."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from openhall.base import clock
from openhall.city.merchants.book import jobs
from openhall.core import payments
from tests.hall import Hall, Headers

OWNER, PAYER = "13900000001", "13900000002"
# A business date far enough from the real one that no clock meets it; its midnight in Chang'an.
DAY = date(2026, 3, 10)
MIDNIGHT = datetime(2026, 3, 9, 16, tzinfo=UTC)


class Trade:
    """A shop with an owner and a payer who has money."""

    def __init__(self, hall: Hall, owner: Headers, payer: Headers, shop: dict[str, Any], me: UUID) -> None:
        self.hall = hall
        self.owner = owner
        self.payer = payer
        self.shop = shop
        self.id = UUID(shop["id"])
        self.owner_id = me

    async def pay(self, amount: int, at: datetime, taken_by: UUID | None = None) -> UUID:
        """A payment at this instant; one that was taken by somebody comes from an order."""
        with clock.at(at):
            if taken_by is None:
                paid = await self.hall.pay(self.payer, code=self.shop["code"], amount=amount)
            else:
                paid = await self.hall.pay(self.payer, order_id=str(await self._order(amount, taken_by)))
        assert paid.status_code == 201, paid.text
        return UUID(paid.json()["id"])

    async def _order(self, amount: int, taken_by: UUID, reference: str | None = None) -> UUID:
        async with self.hall.pool.write() as conn:
            payee = await payments.resolve(conn, self.hall.sources, self.shop["code"])
            new = payments.NewOrder(payee=payee, amount=amount, taken_by=taken_by, reference=reference)
            return await payments.create_order(conn, new)

    async def pay_order(self, amount: int, at: datetime, reference: str) -> UUID:
        """A payment under the shop's own reference."""
        with clock.at(at):
            order = await self._order(amount, self.owner_id, reference)
            paid = await self.hall.pay(self.payer, order_id=str(order))
        assert paid.status_code == 201, paid.text
        return UUID(paid.json()["id"])

    async def refund(self, payment: UUID, amount: int, at: datetime, reason: str = "Sold out") -> None:
        with clock.at(at):
            async with self.hall.pool.write() as conn:
                await payments.refund(conn, payment=payment, resident=self.owner_id, amount=amount, reason=reason)

    async def get(self, path: str, **query: Any) -> Any:
        """GET of the shop's own address, as its owner."""
        answer = await self.hall.client.get(f"/api/v1/shops/{self.id}{path}", params=query, headers=self.owner)
        assert answer.status_code == 200, answer.text
        return answer

    async def book(self, first: date, last: date | None = None, **query: Any) -> Any:
        span = {"from": first.isoformat(), "to": (last or first).isoformat()}
        return (await self.get("/book", **span, **query)).json()


async def open_trade(hall: Hall, at: datetime = MIDNIGHT) -> Trade:
    """A shop that opened at this instant."""
    owner, payer = await hall.sign_in(OWNER), await hall.sign_in(PAYER)
    me = (await hall.client.get("/api/v1/me", headers=owner)).json()["id"]
    with clock.at(at):
        shop = await hall.open_shop(owner)
        await hall.give(payer, 100_000_000)
    return Trade(hall, owner, payer, shop, UUID(me))


async def close_all(hall: Hall, at: datetime) -> None:
    """The day close, as the worker does it at this instant."""
    with clock.at(at):
        await jobs.run(hall.pool)


@asynccontextmanager
async def explained(hall: Hall) -> AsyncIterator[Any]:
    """A connection for reading plans, with fresh statistics."""
    async with hall.pool.write() as conn:
        await conn.execute("analyze payments.payments, payments.orders, payments.refunds")
        yield conn


ONE_DAY = timedelta(days=1)
