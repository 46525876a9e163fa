"""Live streams: one LISTEN connection per process wakes everybody in it who watches a stream.

A notice only wakes; what is delivered is always read from the events table, so nothing is lost when a notice is,
nothing comes twice, and a watcher that reconnects resumes from its last number.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncGenerator

import psycopg
import structlog

from openhall.base import db, events

log = structlog.get_logger()

# How long a watcher waits before it looks by itself; also the pace of heartbeats.
HEARTBEAT_S = 15.0
_RETRY_S = 1.0
# So many watch one stream in one process, at most: each asks the database at every event, and payments wait behind
# them. Far more than anybody has screens, because connections that died quietly count until a write shows it.
MOST_WATCHERS = 100


class Hub:
    """The watchers of one process."""

    def __init__(self, dsn: str, pool: db.Pool) -> None:
        self._dsn = db.watchful(dsn)
        self._pool = pool
        self._watchers: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._listening: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()

    async def open(self) -> None:
        self._listening = asyncio.create_task(self._listen())

    async def close(self) -> None:
        """End every stream, so that a stopping server need not wait for its watchers."""
        self._closing.set()
        self._wake_all()
        if self._listening:
            self._listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listening

    def is_full(self, stream: str) -> bool:
        """Whether one more watcher of this stream is to be refused."""
        return len(self._watchers.get(stream, ())) >= MOST_WATCHERS

    async def watch(self, stream: str, after: int) -> AsyncGenerator[events.Event | None, None]:
        """The events after `after` as they come, in order, once each; None is a heartbeat. Ends when the hub closes."""
        wake = asyncio.Event()
        self._watchers[stream].add(wake)
        try:
            while not self._closing.is_set():
                wake.clear()
                async with self._pool.read() as conn:
                    page = await events.after(conn, stream, after)
                for event in page:
                    after = event.number
                    yield event
                if len(page) == events.PAGE:
                    continue
                try:
                    await asyncio.wait_for(wake.wait(), HEARTBEAT_S)
                except TimeoutError:
                    yield None
        finally:
            self._watchers[stream].discard(wake)
            if not self._watchers[stream]:
                del self._watchers[stream]

    async def _listen(self) -> None:
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(self._dsn, autocommit=True) as connection:
                    await connection.execute(b"listen " + events.CHANNEL.encode())
                    # What was told while nobody listened is found by looking once.
                    self._wake_all()
                    async for notice in connection.notifies():
                        for stream in notice.payload.split(" "):
                            for wake in self._watchers.get(stream, ()):
                                wake.set()
            except psycopg.Error as lost:
                log.warning("live.listen_lost", error=type(lost).__name__)
            await asyncio.sleep(_RETRY_S)

    def _wake_all(self) -> None:
        for watchers in self._watchers.values():
            for wake in watchers:
                wake.set()
