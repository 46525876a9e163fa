"""A resident with a wallet and a linked bank account, and the steps of a top-up, against the real demo bank."""

import uuid
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from uuid import UUID

from openhall.base import clock, db
from openhall.core import ledger, rails
from openhall.core.rails import Bank, HttpBank, TopUp
from openhall.core.rails.actions.accounts import rail_account
from openhall.core.rails.package import CHECKS
from tests.outside_fixture import OutsideProgram

NOWHERE = "http://127.0.0.1:9/rails/bank/notices"
MOST = 5_000_000


class Stage:
    """One resident, one wallet, one bank account named `demo`."""

    def __init__(self, pool: db.Pool, outside: OutsideProgram, notify_url: str = NOWHERE) -> None:
        self.pool = pool
        self.outside = outside
        self.bank = HttpBank(f"{outside.url}/bank", outside.secret, notify_url=notify_url, timeout_s=0.5)
        self.resident = uuid.uuid4()
        self.agreement = f"demo:{self.resident}"
        self.wallet = UUID(int=0)
        self.bank_before = outside.balance(self.agreement)

    async def open(self) -> None:
        """Open the wallet and link the bank account."""
        async with self.pool.write() as conn:
            self.wallet = await ledger.open_account(conn, kind="wallet", owner=self.resident)
            await rails.link_bank_account(
                conn,
                resident=self.resident,
                name="demo",
                bank="Demo Bank",
                masked="**** 1234",
                agreement=self.agreement,
            )

    async def start(self, amount: int = 1000, bank_account: str = "demo") -> UUID:
        """Start a top-up and commit it; its id."""
        async with self.pool.write() as conn:
            started = await rails.start_top_up(
                conn,
                resident=self.resident,
                wallet=self.wallet,
                bank_account=bank_account,
                amount=amount,
                currency="CNY",
                most=MOST,
            )
        return started.id

    async def advance(self, top_up: UUID, *, bank: Bank | None = None, after: timedelta = timedelta()) -> TopUp:
        """One step of a worker, as if `after` had passed; how the top-up stands then.

        Steps in a race leave the clock alone: each would put back what another had set.
        """
        with clock.at(datetime.now(UTC) + after) if after else nullcontext():
            await rails.advance(self.pool, bank or self.bank, top_up)
        return await self.look(top_up)

    async def look(self, top_up: UUID) -> TopUp:
        """The top-up, as its resident sees it."""
        async with self.pool.read() as conn:
            return await rails.top_up(conn, resident=self.resident, top_up_id=top_up)

    async def balance(self) -> int:
        """What the wallet has."""
        async with self.pool.read() as conn:
            return (await ledger.balance(conn, self.wallet)).posted

    async def rail_balance(self) -> int:
        """What the rail's account has: minus everything that came in by it."""
        async with self.pool.write() as conn:
            return (await ledger.balance(conn, await rail_account(conn, currency="CNY"))).posted

    def taken(self) -> int:
        """What the bank took from the bank account."""
        return self.bank_before - self.outside.balance(self.agreement)

    async def breaches(self) -> list[str]:
        """The names of the promises that do not hold."""
        async with self.pool.read() as conn:
            return [check.name for check in CHECKS if await (await conn.execute(check.query.sql.encode())).fetchall()]
