"""A visitor with an empty wallet, and the steps of a top-up by card, against the real demo card processor."""

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx

from openhall.base import clock
from openhall.core import cards
from openhall.core.cards.jobs import cards_of
from tests.hall import Hall, Headers, fresh_key

GOOD, OTHER, ASKS = "4242 4242 4242 4242", "5555555555554444", "4000000000003220"
DECLINED, LATE, KEEPS = "4000000000000002", "4000000000000077", "4000000000005126"
VISITOR = "+447700900123"


class Stage:
    """The visitor `me` in a hall."""

    def __init__(self, hall: Hall, me: Headers) -> None:
        self.hall = hall
        self.me = me
        self.processor = cards_of(hall.settings)

    async def ask(self, amount: int = 10_000, key: str = "") -> httpx.Response:
        headers = self.me | ({"Idempotency-Key": key} if key else fresh_key())
        return await self.hall.client.post("/api/v1/wallet/card-top-ups", json={"amount": amount}, headers=headers)

    async def start(self, amount: int = 10_000) -> UUID:
        """A top-up, committed; its id."""
        started = await self.ask(amount)
        assert started.status_code == 201, started.text
        return UUID(started.json()["id"])

    async def advance(self, top_up: UUID, after: timedelta = timedelta()) -> dict[str, Any]:
        """One step of a worker, as if `after` had passed; how the top-up stands then."""
        with clock.at(datetime.now(UTC) + after) if after else nullcontext():
            await cards.advance(self.hall.pool, self.processor, top_up)
        return await self.look(top_up)

    async def look(self, top_up: UUID) -> dict[str, Any]:
        found = await self.hall.client.get(f"/api/v1/wallet/card-top-ups/{top_up}", headers=self.me)
        body: dict[str, Any] = found.json()
        return body

    def post(self, page: str, **typed: str) -> httpx.Response:
        """What the processor's page answers to this."""
        return httpx.post(page, data=typed)

    def pay(self, page: str, number: str = GOOD, **then: str) -> str:
        """Type a card on the processor's page, as a person does; where they are sent."""
        with httpx.Client() as browser:
            assert "Pay by card" in browser.get(page).text
            shown = browser.post(page, data={"number": number})
            if then:
                assert "Your bank asks" in shown.text, shown.text
                shown = browser.post(page, data=then)
        assert shown.status_code == 303, shown.text
        return urlsplit(shown.headers["location"]).path

    async def top_up(self, amount: int = 10_000, number: str = GOOD) -> UUID:
        """The whole way: money from this card is in the wallet."""
        top_up = await self.start(amount)
        opened = await self.advance(top_up)
        self.pay(opened["page"], number)
        assert (await self.advance(top_up, timedelta(minutes=1)))["state"] == "succeeded"
        return top_up

    async def leave(self) -> httpx.Response:
        return await self.hall.client.post("/api/v1/me/leavings", headers=self.me | fresh_key())

    async def left(self, leaving: str) -> dict[str, Any]:
        found = await self.hall.client.get(f"/api/v1/me/leavings/{leaving}", headers=self.me)
        body: dict[str, Any] = found.json()
        return body

    async def give_back(self, after: timedelta = timedelta()) -> None:
        """A worker's sweep, as if `after` had passed."""
        with clock.at(datetime.now(UTC) + after) if after else nullcontext():
            await cards.sweep(self.hall.pool, self.processor)

    async def balance(self) -> tuple[int, int]:
        """What the wallet has, and what of it is free."""
        wallet = (await self.hall.client.get("/api/v1/wallet", headers=self.me)).json()
        return wallet["balance"], wallet["available"]
