"""Group commit: requests that arrive together are settled together, in one transaction.

While one batch is being committed the next one gathers, so the busier the hall, the larger its batches and the
smaller the cost of each request. In an idle hall a single request waits a millisecond for company, then goes alone.
"""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeAlias, TypeVar

import psycopg
import structlog
from psycopg_pool import PoolTimeout

from openhall.base import db, metrics
from openhall.base.errors import Problem, busy

log = structlog.get_logger()

Item = TypeVar("Item")
Result = TypeVar("Result")
_Asked: TypeAlias = tuple[Item, asyncio.Future[Result]]
# What the database asks us to try again: the transaction was chosen to give way to another.
RETRIABLE = (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure)
_TRIES = 3
# How long an item waits for a lock that is settled alone, because its batch could not be. A batch waits as long as
# every statement may: another limit would cost each batch a statement.
_LOCK_ALONE_MS = 200
# How long a batch that broke is settled item by item, in seconds; who has not had a turn by then must ask again.
_APART_S = 5
# How long a batch gathers. Measured with 64 payers on two cores: without the pause both processors are full and no more
# is paid; two milliseconds leave them idle for longer. A second batch at the same time is no gain either: each has a
# cost of its own, so two small ones cost more than one large one.
LINGER_S = 0.001


class _UnreachableError(Exception):
    """The database could not be reached, and no commit was sent."""


class Batch(Generic[Item, Result]):
    """Settles items by `settle(conn, items) -> results`, aligned; a result may be a Problem, met by its asker alone."""

    def __init__(
        self,
        name: str,
        pool: db.Pool,
        settle: Callable[[db.Conn, Sequence[Item]], Awaitable[Sequence[Result | Problem]]],
        *,
        size: int = 256,
        waiting: int = 4096,
    ) -> None:
        self._sizes = metrics.batch_items.labels(name)
        self._pool = pool
        self._settle = settle
        self._size = size
        self._waiting = waiting
        self._queue: deque[_Asked[Item, Result]] = deque()
        self._arrived = asyncio.Event()
        self._worker: asyncio.Task[None] | None = None

    async def open(self) -> None:
        self._worker = asyncio.create_task(self._work())

    async def close(self) -> None:
        if self._worker:
            self._worker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._worker
        while self._queue:
            self._fail(self._queue.popleft()[1])

    async def submit(self, item: Item) -> Result:
        """The result of the item once its batch is committed. Problem `hall.busy` when the outcome is not known."""
        if len(self._queue) >= self._waiting:
            raise busy()
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._queue.append((item, future))
        self._arrived.set()
        return await future

    async def _work(self) -> None:
        while True:
            await self._arrived.wait()
            # Requests that are already on the wire join this batch: without the pause it would leave with the first
            # one or two of them, and the others would wait for its whole round.
            await asyncio.sleep(LINGER_S)
            taken = [self._queue.popleft() for _ in range(min(self._size, len(self._queue)))]
            if not self._queue:
                self._arrived.clear()
            # Nobody waits for a cancelled request: one that has not begun is dropped before it costs anything.
            live = [(item, future) for item, future in taken if not future.done()]
            if live:
                self._sizes.observe(len(live))
                try:
                    await self._settle_group(live)
                except BaseException as broken:
                    # Nobody may wait for ever, and the next batch must be served, even when only the log broke.
                    for _, future in live:
                        self._fail(future)
                    if not isinstance(broken, Exception):
                        raise
                    with contextlib.suppress(Exception):
                        log.exception("batch.broken", items=len(live))

    async def _settle_group(self, group: Sequence[_Asked[Item, Result]]) -> None:
        """Settle the group; when it breaks as a whole, item by item, so that one bad item fails alone."""
        try:
            results = await self._attempt([item for item, _ in group])
        except psycopg.errors.LockNotAvailable:
            # Somebody holds a lock that one of the items needs; the others should not have to wait for it.
            log.warning("batch.lock_not_available", items=len(group))
            await self._settle_apart(group, busy())
            return
        except _UnreachableError as lost:
            log.warning("batch.unreachable", error=str(lost), items=len(group))
            self._fail_all(group)
            return
        except (psycopg.OperationalError, OSError) as lost:
            # The connection broke: the commit may or may not have happened, so the askers must ask again by their key.
            log.warning("batch.outcome_unknown", error=type(lost).__name__, items=len(group))
            self._fail_all(group)
            return
        except Exception as broken:
            log.exception("batch.failed", items=len(group))
            await self._settle_apart(group, broken)
            return
        for (_, future), result in zip(group, results, strict=True):
            if future.done():
                continue
            if isinstance(result, Problem):
                future.set_exception(result)
            else:
                future.set_result(result)

    async def _settle_apart(self, group: Sequence[_Asked[Item, Result]], error: Exception) -> None:
        """Settle item by item, for a while: behind a lock that somebody holds, the next batch must not wait long. The
        error is for who was alone already."""
        if len(group) == 1:
            self._fail(group[0][1], error)
            return
        ends = time.monotonic() + _APART_S
        for asked in group:
            if time.monotonic() >= ends:
                self._fail(asked[1])
            elif not asked[1].done():
                await self._settle_group([asked])

    async def _attempt(self, items: Sequence[Item]) -> Sequence[Result | Problem]:
        lock_ms = _LOCK_ALONE_MS if len(items) == 1 else None
        for tries_left in reversed(range(_TRIES)):
            settled = False
            try:
                async with self._pool.pipelined(lock_ms=lock_ms) as conn:
                    results = await self._settle(conn, items)
                    if len(results) != len(items):
                        # Before the commit: who gets which answer could no longer be told.
                        raise RuntimeError(f"{len(results)} answers to {len(items)} items")
                    settled = True
                return results
            except RETRIABLE:
                if not tries_left:
                    raise
            except psycopg.errors.LockNotAvailable:
                raise
            except psycopg.OperationalError as lost:
                if settled:
                    raise
                # Before the commit was sent nothing has happened, and another connection may do better.
                if not tries_left or isinstance(lost, PoolTimeout):
                    raise _UnreachableError(type(lost).__name__) from lost
                await self._pool.check()
        raise AssertionError("unreachable: the last try returns or raises")

    def _fail_all(self, group: Sequence[_Asked[Item, Result]]) -> None:
        for _, future in group:
            self._fail(future)

    @staticmethod
    def _fail(future: "asyncio.Future[Result]", error: BaseException | None = None) -> None:
        if not future.done():
            future.set_exception(error or busy())
