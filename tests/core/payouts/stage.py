"""A hall with a shop that has money, its owner's bank account, and the demo bank on the other side of a folder."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from openhall.base import clock, db
from openhall.core import ledger, payouts, people
from openhall.core.payouts import Rail
from openhall.core.payouts.actions import breaks, files
from openhall.core.payouts.package import CHECKS
from openhall.core.payouts.ports import Folder
from openhall.core.payouts.types import Break, File
from openhall.demo.clearing import Clearing
from openhall.demo.run import HALL_ACCOUNT
from tests.hall import Hall, Headers, fresh_key

OWNER, PAYER = "13800000003", "13800000001"
ACCOUNT = "6200000138000000032"


class Stage:
    """One shop with 1,000 yuan. `go` lets everybody take a step: the hall, the bank, the hall."""

    def __init__(self, hall: Hall, folder: Path) -> None:
        self.hall, self.pool = hall, hall.pool
        rail = Rail.of(hall.settings)
        assert rail is not None
        self.rail = rail
        self.folder = Folder(rail)
        self.folder.prepare()
        self.data = folder / "clearing"
        self.bank = Clearing(rail.folder, self.data, account=HALL_ACCOUNT)
        self.owner: Headers = {}
        self.source = payouts.Source(UUID(int=0), "", UUID(int=0), UUID(int=0))

    async def open(self, balance: int = 100_000) -> None:
        self.owner = await self.hall.sign_in(OWNER)
        self.source = await self.shop(balance)
        await self.link(ACCOUNT, cooling=timedelta())

    async def shop(self, balance: int, name: str = "王记早餐") -> payouts.Source:
        """A shop of the owner with so much money, as one whose money can be withdrawn."""
        shop = await self.hall.open_shop(self.owner, name)
        me = (await self.hall.client.get("/api/v1/me", headers=self.owner)).json()
        async with self.pool.write() as conn:
            (account,) = await ledger.accounts_of(conn, UUID(shop["id"]))
            source = payouts.Source(UUID(shop["id"]), name, UUID(me["id"]), account.id)
            if balance:
                given = await ledger.open_account(conn, kind="rail.bank", owner=None, floor=None)
                transfer = ledger.Transfer(id=uuid4(), debit=given, credit=account.id, amount=balance, reason="opening")
                (outcome,) = await ledger.post(conn, [transfer])
                assert outcome.ok
        return source

    async def link(self, number: str, cooling: timedelta, holder: str = "王小明") -> payouts.BankAccount:
        async with self.pool.write() as conn:
            return await payouts.vouch_bank_account(
                conn, owner=self.source.owner, holder=holder, number=number, again=number, cooling=cooling
            )

    async def withdraw(self, amount: int, source: payouts.Source | None = None) -> UUID:
        async with self.pool.write() as conn:
            return (await payouts.withdraw(conn, self.rail, source=source or self.source, amount=amount)).id

    async def look(self, payout: UUID) -> payouts.Payout:
        async with self.pool.read() as reader:
            return await payouts.payout(reader, owner=self.source.owner, payout_id=payout)

    async def state(self, payout: UUID) -> str:
        return (await self.look(payout)).state.value

    async def exchange(self) -> None:
        await payouts.exchange(self.pool, self.rail, self.folder)

    async def go(self, rounds: int = 2) -> None:
        """The hall and the bank in turn; the hall last."""
        for _ in range(rounds):
            await self.exchange()
            self.bank.step()
        await self.exchange()

    def end_day(self) -> None:
        """The bank writes its statement now."""
        (self.data / "end-day").touch()
        self.bank.step()

    def plan(self, what: str, **more: Any) -> None:
        """The bank misbehaves."""
        with (self.data / "plans.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps({"what": what, **more}) + "\n")

    def drop(self, name: str, content: bytes) -> None:
        """The bank lays a file into the folder."""
        (self.folder.incoming / name).write_bytes(content)

    async def reconcile(self) -> int:
        async with self.pool.write() as conn:
            return await payouts.reconcile(conn)

    async def files(self) -> list[File]:
        async with self.pool.read() as reader:
            return await files.newest(reader, limit=100)

    async def breaks(self) -> list[Break]:
        async with self.pool.read() as reader:
            return await breaks.newest(reader, limit=100)

    async def balance(self, source: payouts.Source | None = None) -> int:
        async with self.pool.read() as reader:
            return (await ledger.balance(reader, (source or self.source).account)).posted

    async def clearing(self) -> int:
        """What the clearing account has."""
        return await self._of_rail("clearing")

    async def paid_out(self) -> int:
        """What left the hall by the bank's word."""
        return await self._of_rail("bank")

    async def _of_rail(self, column: str) -> int:
        async with self.pool.read() as reader:
            found = await (await reader.execute(f"select {column} from payouts.rails".encode())).fetchone()
            return (await ledger.balance(reader, found[0])).posted if found else 0

    async def told(self, kind: str = "withdrawal.") -> list[str]:
        """What the owner's programs learned, in order."""
        statement = "select type from base.events where stream = %s and type like %s order by number"
        async with self.pool.read() as reader:
            rows = await reader.execute(statement.encode(), [payouts.stream_of(self.source.owner), f"{kind}%"])
            return [row[0] for row in await rows.fetchall()]

    async def told_ids(self) -> list[UUID]:
        """The payouts of the owner, newest first."""
        async with self.pool.read() as reader:
            return [one.id for one in await payouts.payouts_of(reader, owner=self.source.owner)]

    async def post(self, path: str, body: object, key: Headers | None = None, by: Headers | None = None) -> Any:
        return await self.hall.client.post(
            f"/api/v1{path}", json=body, headers=(by or self.owner) | (key or fresh_key())
        )

    async def operator(self) -> None:
        """Let the owner run the hall."""
        async with self.pool.write() as conn:
            await people.add_operator(conn, self.source.owner)


@contextmanager
def days_later(days: int) -> Iterator[None]:
    """Inside the block it is so many days later."""
    with clock.at(datetime.now(UTC) + timedelta(days=days)):
        yield


async def breaches(conn: db.ReadConn, name: str) -> list[tuple[object, ...]]:
    """What breaks a promise of payouts."""
    (check,) = (check for check in CHECKS if check.name == name)
    return await (await conn.execute(check.query.sql.encode(), {})).fetchall()
