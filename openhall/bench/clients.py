"""Concurrent clients over HTTP: plain sockets, because a heavier client would take the cores from what is measured."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from typing import cast
from uuid import uuid4

from msgspec import Struct


class Load(Struct, frozen=True):
    """What a run of clients saw. Latencies are in milliseconds."""

    acknowledged: int
    refused: int
    seconds: float
    p50: float
    p99: float

    @property
    def per_second(self) -> float:
        return self.acknowledged / self.seconds


class _Client(asyncio.Protocol):
    """One client on one connection: asks, waits for the answer, asks again, until the time or its requests are over."""

    def __init__(self, requests: Iterator[bytes], ends: float, done: Callable[[], None]) -> None:
        self._requests = requests
        self._ends = ends
        self._done = done
        self._buffer = b""
        self._sent = 0.0
        self.latencies: list[float] = []
        self.refused = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are none of asyncio's classes, though they behave alike.
        self._transport = cast("asyncio.Transport", transport)
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        if len(rest) < length:
            return
        self._buffer = rest[length:]
        if head.startswith(b"HTTP/1.1 201"):
            self.latencies.append((time.perf_counter() - self._sent) * 1000)
        else:
            self.refused += 1
        if time.perf_counter() < self._ends:
            self._ask()
        else:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._done()

    def _ask(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self._transport.close()
            return
        self._sent = time.perf_counter()
        self._transport.write(request)


def post(path: str, token: str, body: bytes) -> bytes:
    """A request that creates something, under a key of its own."""
    return (
        b"POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Authorization: Bearer %s\r\nIdempotency-Key: %s\r\nContent-Length: %d\r\n\r\n%s"
        % (path.encode(), token.encode(), str(uuid4()).encode(), len(body), body)
    )


async def load(port: int, requests: Sequence[Iterator[bytes]], seconds: float) -> Load:
    """As many clients as there are iterators, each asking as fast as it is answered, for so long."""
    loop = asyncio.get_running_loop()
    left = len(requests)
    finished = asyncio.Event()

    def done() -> None:
        nonlocal left
        left -= 1
        if not left:
            finished.set()

    started = time.perf_counter()
    clients = [_Client(own, started + seconds, done) for own in requests]
    for client in clients:
        await loop.create_connection(lambda client=client: client, "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.wait_for(finished.wait(), seconds + 30)
    elapsed = time.perf_counter() - started
    latencies = sorted(latency for client in clients for latency in client.latencies)
    if not latencies:
        raise RuntimeError("nothing was acknowledged")
    return Load(
        acknowledged=len(latencies),
        refused=sum(client.refused for client in clients),
        seconds=elapsed,
        p50=latencies[len(latencies) // 2],
        p99=latencies[len(latencies) * 99 // 100],
    )
