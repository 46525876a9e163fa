"""A sponsor with money, and the few steps that every story of campaigns begins with."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from openhall.base import clock
from openhall.core import ledger, people
from tests.hall import Hall, Headers, fresh_key

SPONSOR, OWNER, OTHER_OWNER = "13800000009", "13800000003", "13800000004"
# A Friday, 07:00 in the city.
FRIDAY = datetime(2026, 11, 20, 23, 0, tzinfo=UTC) - timedelta(days=1)


def today() -> str:
    return str(ledger.local(clock.now()).date())


class Sponsor:
    """Somebody who pays a part for others. Who enters is an operator: their offers may be valid anywhere."""

    def __init__(self, hall: Hall, headers: Headers) -> None:
        self.hall = hall
        self.headers = headers

    @staticmethod
    async def enter(hall: Hall, money: int = 1_000_000) -> "Sponsor":
        headers = await hall.sign_in(SPONSOR)
        await hall.give(headers, money)
        me = (await hall.client.get("/api/v1/me", headers=headers)).json()["id"]
        async with hall.pool.write() as conn:
            await people.add_operator(conn, UUID(me))
        return Sponsor(hall, headers)

    async def ask(self, **wish: Any) -> Any:
        """POST /campaigns; the response. A running amount off of 3.50, unless the wish says otherwise."""
        body = {
            "title": "Friday breakfast",
            "kind": "amount_off",
            "amount": 350,
            "first_day": today(),
            "last_day": today(),
            "budget": 10_000,
            "start": True,
        } | wish
        return await self.hall.client.post("/api/v1/campaigns", json=body, headers=self.headers | fresh_key())

    async def run(self, **wish: Any) -> dict[str, Any]:
        """A campaign that was made."""
        made = await self.ask(**wish)
        assert made.status_code == 201, made.text
        campaign: dict[str, Any] = made.json()
        return campaign

    async def post(self, campaign: str, act: str, **body: Any) -> Any:
        path = f"/api/v1/campaigns/{campaign}/{act}"
        return await self.hall.client.post(path, json=body or None, headers=self.headers | fresh_key())

    async def look(self, campaign: str) -> dict[str, Any]:
        shown = await self.hall.client.get(f"/api/v1/campaigns/{campaign}", headers=self.headers)
        assert shown.status_code == 200, shown.text
        found: dict[str, Any] = shown.json()
        return found

    async def budget_account(self, campaign: str) -> int:
        """What the ledger says is in the budget."""
        async with self.hall.pool.read() as reader:
            (account,) = await ledger.accounts_of(reader, UUID(campaign))
            return (await ledger.balance(reader, account.id)).posted


async def refund(hall: Hall, owner: Headers, payment: str, amount: int) -> Any:
    body = {"amount": amount, "reason": "Sold out"}
    path = f"/api/v1/payments/{payment}/refunds"
    return await hall.client.post(path, json=body, headers=owner | fresh_key())
