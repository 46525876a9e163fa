"""How many transfers a second the ledger posts in large batches, Python included, each batch durably committed."""

import asyncio
import random
import time
from uuid import UUID

from openhall.base import db, ids
from openhall.core import ledger

BATCH = 1024
ACCOUNTS = 20_000
# While one writer waits for the disk another prepares.
WRITERS = 4
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


async def transfers_per_second(pool: db.Pool, wallets: list[UUID], batches: int, seed: int, *, apart: bool) -> float:
    """Post so many batches of random transfers; they are made beforehand, for making them is the caller's work.

    `apart`: each writer among accounts of its own, as the clients of the yardstick hardly ever meet on a row either.
    Otherwise all among the same ones: with two thousand accounts in a batch each writer then waits for the one before.
    """
    draw = random.Random(seed)
    share = len(wallets) // WRITERS
    waiting: list[list[list[ledger.Transfer]]] = []
    for number in range(WRITERS):
        own = wallets[number * share : (number + 1) * share] if apart else wallets
        waiting.append([[_transfer(draw, own) for _ in range(BATCH)] for _ in range(batches // WRITERS)])
    posted = sum(map(len, waiting)) * BATCH
    started = time.perf_counter()
    await asyncio.gather(*(_write(pool, own) for own in waiting))
    return posted / (time.perf_counter() - started)


async def _write(pool: db.Pool, waiting: list[list[ledger.Transfer]]) -> None:
    while waiting:
        batch = waiting.pop()
        async with pool.write() as conn:
            _all_posted(await ledger.post(conn, batch))


def _transfer(draw: random.Random, wallets: list[UUID]) -> ledger.Transfer:
    debit, credit = draw.sample(wallets, 2)
    return ledger.Transfer(id=ids.new(), debit=debit, credit=credit, amount=draw.randint(1, 5_000), reason="bench")


def _all_posted(outcomes: list[ledger.Outcome]) -> None:
    refused = [outcome for outcome in outcomes if not outcome.ok]
    if refused:
        raise RuntimeError(f"the ledger refused {len(refused)} transfers of the benchmark, first: {refused[0]}")
