"""A shop with a scanner, and payers who show it their codes: what the tests of charges share."""

import asyncio
from contextlib import nullcontext
from typing import Any
from uuid import UUID, uuid4

import httpx
from msgspec import Struct

from openhall.base import db
from openhall.core import people
from openhall.core.payments import paycodes, safety
from openhall.core.payments.types import Payer
from tests.hall import Hall, Headers

OWNER, PAYER, OTHER = "13800000001", "13800000002", "13800000003"
ALL = ["charges:write", "payments:read", "refunds:write"]


class Stage(Struct):
    """`key` are the headers of the scanner, `owner` and `payer` those of residents."""

    hall: Hall
    owner: Headers
    payer: Headers
    shop: dict[str, Any]
    key: Headers

    @property
    def charges(self) -> str:
        return f"/api/v1/shops/{self.shop['id']}/charges"

    async def code(self, payer: Headers | None = None) -> str:
        """The digits of a fresh pay code."""
        made = await self.hall.client.post("/api/v1/me/pay-code", headers=payer or self.payer)
        assert made.status_code == 201, made.text
        return str(made.json()["digits"])

    async def charge(
        self,
        code: str,
        amount: int = 350,
        reference: str | None = None,
        *,
        by: Headers | None = None,
        key: str | None = None,
    ) -> httpx.Response:
        """A charge of the scanner, or by whoever is named; `key` is the Idempotency-Key."""
        body = {"pay_code": code, "amount": amount, "reference": reference or str(uuid4())}
        sent = (by or self.key) | {"Idempotency-Key": key or str(uuid4())}
        return await self.hall.client.post(self.charges, json=body, headers=sent)

    async def look(self, charge: str, by: Headers | None = None) -> httpx.Response:
        return await self.hall.client.get(f"{self.charges}/{charge}", headers=by or self.key)

    async def reverse(self, charge: str, by: Headers | None = None) -> httpx.Response:
        return await self.hall.client.post(f"/api/v1/payments/{charge}/reverse", headers=by or self.key)

    async def reverse_reference(self, reference: str, by: Headers | None = None) -> httpx.Response:
        body = {"reference": reference}
        return await self.hall.client.post(f"{self.charges}/reverse", json=body, headers=by or self.key)

    async def confirm(
        self, charge: str, phone: str = PAYER, expected_paid: int | None = None, conn: db.Conn | None = None
    ) -> Any:
        """The payer says yes on the phone, to the price that was shown there; in the transaction of `conn`, if any."""
        async with self.hall.pool.read() as reader:
            resident = await people.resident_with(reader, f"+86{phone}")
        assert resident is not None
        payer = Payer(resident.id, resident.wallet, resident.phone_masked)
        async with nullcontext(conn) if conn is not None else self.hall.pool.write() as writer:
            return await paycodes.confirm(
                writer,
                payer=payer,
                charge=UUID(charge),
                key=str(uuid4()),
                offered=self.hall.offers,
                guard=safety.Guard(self.hall.settings, proved=True),
                expected_paid=expected_paid,
            )

    async def taken(self) -> list[dict[str, Any]]:
        """The shop's book of today."""
        book = await self.hall.client.get(f"/api/v1/shops/{self.shop['id']}/payments?limit=200", headers=self.owner)
        payments: list[dict[str, Any]] = book.json()["payments"]
        return payments


async def make_key(hall: Hall, owner: Headers, shop: dict[str, Any], scopes: list[str] | None = None) -> Headers:
    """The headers of a new scanner."""
    body = {"name": "Scanner", "scopes": ALL if scopes is None else scopes}
    made = await hall.client.post(f"/api/v1/shops/{shop['id']}/keys", json=body, headers=owner)
    assert made.status_code == 201, made.text
    return {"Authorization": f"Bearer {made.json()['key']}"}


async def set_up(hall: Hall, money: int = 100_000) -> Stage:
    """A shop with a scanner that may do everything, and a payer with money."""
    owner, payer = await hall.sign_in(OWNER), await hall.sign_in(PAYER)
    if money:
        await hall.give(payer, money)
    shop = await hall.open_shop(owner)
    return Stage(hall, owner, payer, shop, await make_key(hall, owner, shop))


async def together(*calls: Any) -> list[httpx.Response]:
    """All at once."""
    return list(await asyncio.gather(*calls))
