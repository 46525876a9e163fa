"""A hall under test: the client, the pool, and the few steps that every story begins with."""

import asyncio
import re
from typing import Any
from uuid import UUID, uuid4

import httpx

from openhall.base import clock, db, ids
from openhall.base.config import Settings
from openhall.core import ledger, payments
from openhall.core.payments import offers, paycodes
from openhall.web.discover import packages
from tests.authenticator import Authenticator
from tests.outside_fixture import OutsideProgram

Headers = dict[str, str]


class Hall:
    """The hall in this process."""

    def __init__(self, client: httpx.AsyncClient, pool: db.Pool, settings: Settings, outside: OutsideProgram) -> None:
        self.client = client
        self.pool = pool
        self.settings = settings
        self.outside = outside

    async def sign_in(self, phone: str) -> Headers:
        """Sign in over the API, with the code that arrived on the demo phone; the headers of this resident."""
        asked = await self.client.post("/api/v1/auth/otp", json={"phone": phone})
        assert asked.status_code == 202, asked.text
        messages = await self.client.get(f"/demo/phone/{phone}", headers={"Accept": "application/json"})
        code = messages.json()[0]["code"]
        assert re.fullmatch(r"\d{6}", code)
        signed_in = await self.client.post("/api/v1/auth/session", json={"phone": phone, "code": code})
        assert signed_in.status_code == 201, signed_in.text
        return {"Authorization": f"Bearer {signed_in.json()['token']}"}

    async def add_passkey(self, resident: Headers, name: str = "My phone") -> tuple[str, Authenticator]:
        """A passkey of this resident, who has just signed in: its id, and the device that holds it."""
        device = Authenticator(self.settings.public_url)
        asked = await self.client.post("/api/v1/passkeys/registration-options", headers=resident)
        assert asked.status_code == 200, asked.text
        wish = {"credential": device.make(asked.json()), "name": name}
        made = await self.client.post("/api/v1/passkeys/registrations", json=wish, headers=resident)
        assert made.status_code == 201, made.text
        return made.json()["id"], device

    async def open_shop(self, owner: Headers, name: str = "王记早餐") -> dict[str, Any]:
        """A shop of this owner: {id, name, code, short_code}."""
        body = {"shop_name": name, "category": "breakfast", "city": "Chang'an"}
        made = await self.client.post("/api/v1/merchants", json=body, headers=owner | fresh_key())
        assert made.status_code == 201, made.text
        shop: dict[str, Any] = made.json()["shop"]
        return shop

    async def invite(self, owner: Headers, shop: dict[str, Any], phone: str, role: str, **more: Any) -> dict[str, Any]:
        """An invitation to work at a shop: {id, role, phone_masked}."""
        wish = {"phone": phone, "role": role} | more
        made = await self.client.post(f"/api/v1/shops/{shop['id']}/invitations", json=wish, headers=owner)
        assert made.status_code == 201, made.text
        invitation: dict[str, Any] = made.json()
        return invitation

    async def hire(self, owner: Headers, shop: dict[str, Any], phone: str, role: str, **more: Any) -> Headers:
        """Somebody who works at the shop from now on; their headers."""
        invitation = await self.invite(owner, shop, phone, role, **more)
        worker = await self.sign_in(phone)
        accepted = await self.client.post(f"/api/v1/me/invitations/{invitation['id']}/accept", headers=worker)
        assert accepted.status_code == 200, accepted.text
        return worker

    async def give(self, resident: Headers, amount: int) -> None:
        """Put money into a resident's wallet, as a confirmed top-up does."""
        me = (await self.client.get("/api/v1/me", headers=resident)).json()
        async with self.pool.write() as conn:
            (wallet,) = await ledger.accounts_of(conn, UUID(me["id"]))
            bank = await ledger.open_account(conn, kind="rail.bank", owner=None, floor=None, busy=True)
            transfer = ledger.Transfer(id=uuid4(), debit=bank, credit=wallet.id, amount=amount, reason="top_up")
            (outcome,) = await ledger.post(conn, [transfer])
            assert outcome.ok, outcome

    async def ask_payer(self, payer: Headers, shop: dict[str, Any], amount: int, reference: str = "") -> UUID:
        """A charge of this shop that waits for the payer's yes, as the counter puts it there; its id."""
        me = (await self.client.get("/api/v1/me", headers=payer)).json()
        async with self.pool.write() as conn:
            payee = await payments.resolve(conn, self.sources, shop["code"])
            charge = paycodes.NewWaiting(
                charge=ids.new(),
                resident=UUID(me["id"]),
                payee=payee,
                amount=amount,
                currency=self.settings.currency,
                reference=reference,
                expires_at=clock.now() + paycodes.CONFIRM_WITHIN,
            )
            await paycodes.ask_payers(conn, [charge])
        return charge.charge

    @property
    def sources(self) -> list[payments.PayeeSource]:
        """Who can be paid by code."""
        return [source for package in packages(demo=True) for source in package.payees]

    @property
    def offers(self) -> offers.Offers:
        """Who gives something to payments."""
        found = packages(demo=True)
        return offers.Offers([one for p in found for one in p.offers], [one for p in found for one in p.groups])

    @property
    def desks(self) -> payments.Desks:
        """Who acts for those who are paid."""
        return payments.Desks(desk for package in packages(demo=True) for desk in package.desks)

    async def balance(self, resident: Headers) -> int:
        wallet = await self.client.get("/api/v1/wallet", headers=resident)
        return int(wallet.json()["balance"])

    async def books_agree(self) -> None:
        """Every invariant of `openhall check` holds."""
        async with self.pool.read() as conn:
            for package in packages(demo=True):
                for check in package.checks:
                    broken = await (await conn.execute(check.query.sql.encode(), {})).fetchall()
                    assert not broken, f"{check.name}: {check.promise} Broken by {broken[:3]}"

    async def somebody_waits(self, many: int = 1) -> None:
        """Until so many transactions of this hall wait for a lock: what a race begins with."""
        for _ in range(1200):
            async with self.pool.read() as reader:
                waiting = await reader.execute(
                    b"select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
                )
                if len(await waiting.fetchall()) >= many:
                    return
            await asyncio.sleep(0.05)
        raise AssertionError("nobody waited for a lock")

    async def pay(self, payer: Headers, key: str | None = None, **body: Any) -> Any:
        """POST /payments; the response."""
        headers = payer | {"Idempotency-Key": key or str(uuid4())}
        return await self.client.post("/api/v1/payments", json=body, headers=headers)


def fresh_key() -> Headers:
    return {"Idempotency-Key": str(uuid4())}
