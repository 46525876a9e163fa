"""The round by which files go to the bank and come from it. Killed between any two steps, the next round goes on there.

To the bank: a batch and its bytes are committed; then the file is laid into out/; then the batch is noted as sent.
Killed before the note, the same bytes are laid out again under the same name, and a bank takes a message id once.
From the bank: what a file does is committed together with the note that it was read; then it is carried away.
"""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import structlog

from openhall.base import clock, db
from openhall.core import ledger
from openhall.core.payouts.actions import batches, files, frozen, withdraw
from openhall.core.payouts.ports import Folder, shortened
from openhall.core.payouts.problems import Refused
from openhall.core.payouts.reading import read
from openhall.core.payouts.types import Found, Message, Rail, ToSend
from openhall.core.rails.iso20022 import FileRefused, Refusal

log = structlog.get_logger()


async def exchange(pool: db.Pool, rail: Rail, folder: Folder) -> None:
    """One round: what frozen accounts get back, standing withdrawals, batches, files to the bank, files from it.

    Whatever goes wrong in one step, the others are done; the first error is raised at the end.
    """
    await asyncio.to_thread(folder.prepare)
    steps: dict[str, Callable[[], Awaitable[None]]] = {
        "give_back": lambda: give_back_frozen(pool, rail),
        "sweep": lambda: sweep(pool, rail),
        "close": lambda: close(pool, rail),
        "send": lambda: send(pool, folder),
        "receive": lambda: receive(pool, rail, folder),
    }
    failed: list[Exception] = []
    for name, step in steps.items():
        try:
            await step()
        except Exception as broken:  # noqa: BLE001  the bank's answers are read though nothing can be sent, and so on
            log.error("payouts.step_failed", step=name, error=type(broken).__name__)
            failed.append(broken)
    if failed:
        raise failed[0]


async def give_back_frozen(pool: db.Pool, rail: Rail) -> None:
    """What owners asked for whose account is frozen since, and no batch has yet, goes back to them."""
    more = True
    while more:
        async with pool.write() as conn:
            more = await frozen.give_back(conn, rail)


async def sweep(pool: db.Pool, rail: Rail) -> None:
    """The standing withdrawals of the business date that is over, each in a transaction of its own.

    One that breaks is left for the next round and stops no other; the first error is raised at the end.
    """
    more, broken = True, dict[UUID, withdraw.NotSweptError]()
    while more:
        try:
            async with pool.write() as conn:
                more = await withdraw.sweep_one(conn, rail, day=withdraw.yesterday(), but=broken)
        except withdraw.NotSweptError as error:
            log.error("payouts.sweep_failed", source=str(error.source), error=type(error.__cause__).__name__)
            broken[error.source] = error
    if broken:
        raise next(iter(broken.values()))


async def close(pool: db.Pool, rail: Rail) -> None:
    """Batches of everything that is due: up to yesterday, or also today's where they go at once."""
    day = ledger.business_date(clock.now()) if rail.at_once else withdraw.yesterday()
    more = True
    while more:
        async with pool.write() as conn:
            more = await batches.close(conn, rail, day=day) is not None


async def send(pool: db.Pool, folder: Folder) -> None:
    """Lay out the file of each batch that is ready."""
    while True:
        async with pool.read() as reader:
            batch = await batches.to_send(reader)
        if batch is None:
            return
        await lay(folder, batch)
        async with pool.write() as conn:
            await batches.sent(conn, batch.id)


async def lay(folder: Folder, batch: ToSend) -> None:
    """Lay the file of a batch into out/; also once more, for a bank that lost it."""
    await asyncio.to_thread(folder.lay, f"{batch.message_id}.xml", batch.content)


async def receive(pool: db.Pool, rail: Rail, folder: Folder) -> None:
    """Read what the bank laid into in/, one file after the other. Whatever one file does, the others are read."""
    stuck = await _carry_on(pool, folder)
    failed = list(stuck.values())
    for name in await asyncio.to_thread(folder.waiting):
        if name in stuck:
            continue  # its fate is decided; looked at again, it would be noted as a second copy of itself each round
        try:
            await _take(pool, rail, folder, name)
        except Exception as broken:  # noqa: BLE001
            log.error("payouts.file_not_decided", file=name, error=type(broken).__name__)
            failed.append(broken)
    failed += [broken for name, broken in (await _carry_on(pool, folder)).items() if name not in stuck]
    if failed:
        raise failed[0]


async def _take(pool: db.Pool, rail: Rail, folder: Folder, name: str) -> None:
    found = await asyncio.to_thread(folder.read, name)
    message, refused = await asyncio.to_thread(_read, found, rail)
    async with pool.write() as conn:
        await files.decide(conn, rail, found, message, refused)


async def _carry_on(pool: db.Pool, folder: Folder) -> dict[str, Exception]:
    """Carry away what is decided, also what a killed worker left lying. By name, what could not be moved and why."""
    async with pool.read() as reader:
        left = await files.unfiled(reader)
    stuck: dict[str, Exception] = {}
    for file in left:
        to = f"{file.id}-{shortened(file.name)}"
        try:
            await asyncio.to_thread(folder.carry_away, file.name, file.sha256, to, read=file.state == "read")
        except OSError as broken:
            log.error("payouts.file_not_moved", file=file.name, error=type(broken).__name__)
            stuck[file.name] = broken
            continue
        async with pool.write() as conn:
            await files.filed(conn, file.id)
    return stuck


def _read(found: Found, rail: Rail) -> tuple[Message | None, Refused | None]:
    if found.content is None:
        return None, Refused(Refusal.TOO_LARGE, detail=f"{found.size} bytes")
    try:
        return read(found.content, rail), None
    except FileRefused as amiss:
        return None, Refused(amiss.code, path=amiss.path, detail=amiss.detail)
