"""Concurrent payers over HTTP: plain sockets, because a heavier client would take the cores from what is measured."""

import asyncio
import time
from collections.abc import Callable
from typing import cast
from uuid import uuid4

from msgspec import Struct


class Payer(Struct, frozen=True):
    """Who pays: a bearer token, and the short code of the shop they pay."""

    token: str
    code: str


class Load(Struct, frozen=True):
    """What a run of payers saw. Latencies are in milliseconds."""

    acknowledged: int
    refused: int
    seconds: float
    p50: float
    p99: float

    @property
    def per_second(self) -> float:
        return self.acknowledged / self.seconds


class _Client(asyncio.Protocol):
    """One payer on one connection: pays, waits for the answer, pays again, until the time is over."""

    def __init__(self, payer: Payer, ends: float, done: Callable[[], None]) -> None:
        self._payer = payer
        self._ends = ends
        self._done = done
        self._buffer = b""
        self._sent = 0.0
        self.latencies: list[float] = []
        self.refused = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are none of asyncio's classes, though they behave alike.
        self._transport = cast("asyncio.Transport", transport)
        self._pay()

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
            self._pay()
        else:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._done()

    def _pay(self) -> None:
        body = b'{"code":"%s","amount":1}' % self._payer.code.encode()
        self._sent = time.perf_counter()
        self._transport.write(
            b"POST /api/v1/payments HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Authorization: Bearer %s\r\nIdempotency-Key: %s\r\nContent-Length: %d\r\n\r\n%s"
            % (self._payer.token.encode(), str(uuid4()).encode(), len(body), body)
        )


async def pay_for(port: int, payers: list[Payer], seconds: float) -> Load:
    """All payers pay as fast as they are answered, for so long."""
    loop = asyncio.get_running_loop()
    left = len(payers)
    finished = asyncio.Event()

    def done() -> None:
        nonlocal left
        left -= 1
        if not left:
            finished.set()

    started = time.perf_counter()
    clients = [_Client(payer, started + seconds, done) for payer in payers]
    for client in clients:
        await loop.create_connection(lambda client=client: client, "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.wait_for(finished.wait(), seconds + 30)
    elapsed = time.perf_counter() - started
    latencies = sorted(latency for client in clients for latency in client.latencies)
    if not latencies:
        raise RuntimeError("no payment was acknowledged")
    return Load(
        acknowledged=len(latencies),
        refused=sum(client.refused for client in clients),
        seconds=elapsed,
        p50=latencies[len(latencies) // 2],
        p99=latencies[len(latencies) * 99 // 100],
    )
