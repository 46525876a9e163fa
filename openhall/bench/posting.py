"""How many transfers a second the ledger posts in large batches, Python included, each batch durably committed."""

import random
import time
from uuid import UUID

from openhall.base import db, ids
from openhall.core import ledger

BATCH = 1024
ACCOUNTS = 20_000
# Enough for every transfer of the longest run, so that no refusal makes the work lighter.
_FUNDS = 10**9


async def prepare(pool: db.Pool) -> list[UUID]:
    """Wallets with money, paid in from one unbounded account."""
    async with pool.write() as conn:
        bank = await ledger.open_account(conn, kind="bench.bank", owner=None, floor=None, busy=True)
        wallets = [await ledger.open_account(conn, kind="bench.wallet", owner=None) for _ in range(ACCOUNTS)]
    for start in range(0, ACCOUNTS, BATCH):
        async with pool.write() as conn:
            funded = [
                ledger.Transfer(id=ids.new(), debit=bank, credit=wallet, amount=_FUNDS, reason="bench")
                for wallet in wallets[start : start + BATCH]
            ]
            _all_posted(await ledger.post(conn, funded))
    return wallets


async def transfers_per_second(pool: db.Pool, wallets: list[UUID], seconds: float, seed: int) -> float:
    """Post batches of random transfers one after the other for so long."""
    draw = random.Random(seed)
    posted, started = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - started) < seconds:
        batch = [_transfer(draw, wallets) for _ in range(BATCH)]
        async with pool.write() as conn:
            _all_posted(await ledger.post(conn, batch))
        posted += BATCH
    return posted / elapsed


def _transfer(draw: random.Random, wallets: list[UUID]) -> ledger.Transfer:
    debit, credit = draw.sample(wallets, 2)
    return ledger.Transfer(id=ids.new(), debit=debit, credit=credit, amount=draw.randint(1, 5_000), reason="bench")


def _all_posted(outcomes: list[ledger.Outcome]) -> None:
    refused = [outcome for outcome in outcomes if not outcome.ok]
    if refused:
        raise RuntimeError(f"the ledger refused {len(refused)} transfers of the benchmark, first: {refused[0]}")
