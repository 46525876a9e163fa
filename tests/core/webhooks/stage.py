"""A keeper with a shop and a webhook, a payer with money, and a worker that can be moved in time."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from openhall.base import clock, db
from openhall.base.package import StreamSource
from openhall.core.webhooks.actions import deliver
from openhall.core.webhooks.actions.collect import collect
from openhall.core.webhooks.jobs import run
from openhall.core.webhooks.ports import HttpReceiver
from openhall.core.webhooks.types import Claimed
from openhall.web.discover import packages
from tests.core.webhooks.receiver import Receiver
from tests.hall import Hall, Headers, fresh_key

SOURCES: list[StreamSource] = [source for package in packages(demo=True) for source in package.streams]
URL = "/api/v1/webhooks"


class Stage:
    """The steps that every story begins with. Time goes by `later`, as the hall sees it."""

    def __init__(self, hall: Hall, receiver: Receiver, keeper: Headers, payer: Headers, shop: dict[str, Any]) -> None:
        self.hall = hall
        self.pool: db.Pool = hall.pool
        self.receiver = receiver
        self.keeper = keeper
        self.payer = payer
        self.shop = shop
        self.caller = HttpReceiver(loopback=True, timeout_s=1)
        self.began = datetime.now(UTC)

    async def add(self, events: tuple[str, ...] = ("*",), url: str | None = None, **more: Any) -> dict[str, str]:
        """A webhook of the keeper: {id, secret}."""
        wanted = {"url": url or self.receiver.url, "events": list(events)}
        made = await self.hall.client.post(URL, json=wanted, headers=self.keeper | fresh_key(), **more)
        assert made.status_code == 201, made.text
        answer: dict[str, str] = made.json()
        return answer

    async def pay(self, amount: int = 350, shop: dict[str, Any] | None = None) -> dict[str, Any]:
        paid = await self.hall.pay(self.payer, code=(shop or self.shop)["code"], amount=amount)
        assert paid.status_code == 201, paid.text
        answer: dict[str, Any] = paid.json()
        return answer

    async def work(self, later: timedelta = timedelta()) -> None:
        """What a worker does, as if so much time had passed since the story began."""
        with clock.at(datetime.now(UTC) + later):
            await run(self.pool, self.caller, self.hall.settings.secret, SOURCES)

    async def collect(self) -> bool:
        async with self.pool.write() as conn:
            return await collect(conn, SOURCES)

    async def claim(self, later: timedelta = timedelta(), limit: int = 32) -> list[Claimed]:
        with clock.at(datetime.now(UTC) + later):
            async with self.pool.write() as conn:
                return await deliver.claim(conn, limit)

    async def webhook(self, webhook: dict[str, str]) -> dict[str, Any]:
        """The webhook as its owner sees it."""
        found = await self.hall.client.get(f"{URL}/{webhook['id']}", headers=self.keeper)
        assert found.status_code == 200, found.text
        answer: dict[str, Any] = found.json()
        return answer

    async def log(self, webhook: dict[str, str], **query: str) -> list[dict[str, Any]]:
        """Its deliveries, newest first."""
        found = await self.hall.client.get(f"{URL}/{webhook['id']}/deliveries", params=query, headers=self.keeper)
        assert found.status_code == 200, found.text
        answer: list[dict[str, Any]] = found.json()["deliveries"]
        return answer

    async def attempts(self, webhook: dict[str, str], delivery: dict[str, Any]) -> list[dict[str, Any]]:
        """The attempts of a delivery, newest first."""
        path = f"{URL}/{webhook['id']}/deliveries/{delivery['id']}"
        answer: list[dict[str, Any]] = (await self.hall.client.get(path, headers=self.keeper)).json()["attempts"]
        return answer

    async def act(self, webhook: dict[str, str], what: str, body: Any = None) -> Any:
        """POST /webhooks/{id}/{what}; the answer's JSON."""
        done = await self.hall.client.post(f"{URL}/{webhook['id']}/{what}", json=body, headers=self.keeper)
        assert done.status_code in (200, 201), done.text
        return done.json()

    async def keeper_id(self) -> UUID:
        return UUID((await self.hall.client.get("/api/v1/me", headers=self.keeper)).json()["id"])


def payments_of(receiver: Receiver) -> list[str]:
    """The ids of the payments that arrived, in order."""
    return [json.loads(got.body)["data"]["id"] for got in receiver.got]
