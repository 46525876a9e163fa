"""Reading a live stream in a test: server-sent events, taken one by one, with an end to every waiting."""

import asyncio
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import httpx
import msgspec
import uvicorn
from msgspec import Struct

from openhall.base import live
from openhall.city.merchants import till
from openhall.web.app import create_app
from tests.hall import Hall

# Far more than any event needs, so that only a missing one runs into it.
PATIENCE_S = 20


class Message(Struct, frozen=True):
    """One server-sent event; a heartbeat is of type `alive` and has no id."""

    id: int | None
    event: str | None
    data: dict[str, Any]


def parsed(block: str) -> Message:
    """The fields of one event's text."""
    fields = dict(line.split(": ", 1) for line in block.strip().splitlines() if line[0] != ":")
    number = fields.get("id")
    data = msgspec.json.decode(fields["data"]) if "data" in fields else {}
    return Message(int(number) if number else None, fields.get("event"), data)


class Watcher:
    """Takes what a stream brings."""

    def __init__(self, blocks: AsyncIterator[str]) -> None:
        self._blocks = blocks

    async def next(self) -> Message:
        """The next event, passing over heartbeats."""
        async with asyncio.timeout(PATIENCE_S):
            async for block in self._blocks:
                message = parsed(block)
                if message.event not in (None, "alive"):
                    return message
        raise EOFError("the stream ended")

    async def take(self, count: int) -> list[Message]:
        return [await self.next() for _ in range(count)]

    async def begun(self) -> None:
        """Wait for a heartbeat: then the stream has read where it begins, and what is paid now comes after that."""
        assert await self.raw() == till.HEARTBEAT.decode()

    async def raw(self) -> str:
        async with asyncio.timeout(PATIENCE_S):
            return await anext(self._blocks)


async def _decoded(chunks: AsyncGenerator[bytes, None]) -> AsyncIterator[str]:
    async for chunk in chunks:
        yield chunk.decode()


@asynccontextmanager
async def watching(hall: Hall, shop: str, after: int | None = None) -> AsyncIterator[Watcher]:
    """The stream itself, without HTTP, from a hub of its own."""
    hub = live.Hub(hall.settings.database_url, hall.pool)
    await hub.open()
    async with hall.pool.read() as reader:
        entrance = await till.enter(reader, UUID(shop), after)

    async def still() -> bool:
        return True

    chunks = till.sse(hub, UUID(shop), entrance, still)
    try:
        watcher = Watcher(_decoded(chunks))
        assert await watcher.raw() == "retry: 1000\n\n"
        yield watcher
    finally:
        await chunks.aclose()
        await hub.close()


async def _blocks(response: httpx.Response) -> AsyncIterator[str]:
    waiting = ""
    async for text in response.aiter_text():
        waiting += text
        while "\n\n" in waiting:
            block, waiting = waiting.split("\n\n", 1)
            yield block


class _Server(uvicorn.Server):
    """Says when it is up."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()


@asynccontextmanager
async def served(hall: Hall) -> AsyncIterator[httpx.AsyncClient]:
    """The same hall behind a real HTTP server: in-process clients do not stream."""
    config = uvicorn.Config(create_app(hall.settings), port=0, log_config=None, timeout_graceful_shutdown=5)
    server = _Server(config)
    serving = asyncio.create_task(server.serve())
    await asyncio.wait_for(server.up.wait(), PATIENCE_S)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE_S) as client:
            yield client
    finally:
        server.should_exit = True
        await serving


@asynccontextmanager
async def following(client: httpx.AsyncClient, path: str, headers: dict[str, str]) -> AsyncIterator[Watcher]:
    """A stream over HTTP."""
    async with client.stream("GET", path, headers=headers) as response:
        assert response.status_code == 200, await response.aread()
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["cache-control"] == "no-store"
        watcher = Watcher(_blocks(response))
        assert await watcher.raw() == "retry: 1000"
        yield watcher
