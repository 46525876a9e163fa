"""Names are looked up in threads that one resident's silent name server cannot use up."""

import asyncio
import ipaddress
import threading
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest

from openhall.core.webhooks.addresses import Address
from openhall.core.webhooks.names import AT_ONCE, EACH, Names
from openhall.core.webhooks.ports import HttpReceiver
from openhall.core.webhooks.types import Error

pytestmark = pytest.mark.anyio

GOOD = ipaddress.ip_address("192.0.2.1")


class Resolver:
    """A machine's resolver that waits for the name servers of *.silent.example, and knows every other name."""

    def __init__(self) -> None:
        self.release = threading.Event()
        self.waiting: list[str] = []
        self.asked = threading.Semaphore(0)

    def __call__(self, host: str, port: int) -> list[Address]:
        if host.endswith(".silent.example"):
            self.waiting.append(host)
            self.asked.release()
            self.release.wait()
            raise OSError("no server could be reached")
        return [GOOD]


@pytest.fixture
def resolver() -> Iterator[Resolver]:
    made = Resolver()
    yield made
    made.release.set()


async def late(names: Names, owner: UUID, host: str) -> bool:
    try:
        await names(owner, host, 443)
    except TimeoutError:
        return True
    return False


async def test_a_silent_name_server_keeps_two_threads_of_its_resident_and_nobody_else_waits(resolver: Resolver) -> None:
    mallory, names = uuid4(), Names(ask=resolver, timeout_s=1)
    asked = [late(names, mallory, f"h{number}.silent.example") for number in range(AT_ONCE)]
    assert await asyncio.gather(*asked) == [True] * AT_ONCE
    # They were all answered, but the resolver still waits: for two.
    assert len(resolver.waiting) == EACH
    assert await late(names, mallory, "good.example")
    assert await names(uuid4(), "good.example", 443) == [GOOD]


async def test_a_resident_asks_again_once_the_resolver_has_given_up(resolver: Resolver) -> None:
    owner, names = uuid4(), Names(ask=resolver, timeout_s=30)
    asked = [asyncio.create_task(names(owner, f"h{number}.silent.example", 443)) for number in range(EACH)]
    for _ in range(EACH):
        await asyncio.to_thread(resolver.asked.acquire)
    next_one = asyncio.create_task(names(owner, "good.example", 443))
    resolver.release.set()
    assert await next_one == [GOOD]
    assert [type(one) for one in await asyncio.gather(*asked, return_exceptions=True)] == [OSError] * EACH


async def test_a_name_that_comes_too_late_is_a_call_that_came_too_late(resolver: Resolver) -> None:
    caller = HttpReceiver(loopback=False, resolve=Names(ask=resolver, timeout_s=0.1))
    outcome = await caller.send(uuid4(), "https://shop.silent.example/", {}, "{}")
    assert (outcome.status, outcome.error) == (None, Error.TIMEOUT)
