"""Looking up the names of receivers: a name server that says nothing keeps only its own resident waiting."""

import asyncio
import ipaddress
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any
from uuid import UUID
from weakref import WeakValueDictionary

from openhall.core.webhooks.addresses import Address

TIMEOUT_S = 3
# A resident's own name server can hold so many threads; all residents together hold at most all of them.
EACH = 2
AT_ONCE = 64

Ask = Callable[[str, int], Sequence[Address]]


def ask_machine(host: str, port: int) -> list[Address]:
    """The addresses of a name, as the machine's own resolver orders them. OSError or UnicodeError when it has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ipaddress.ip_address(place[0]) for *_, place in found if isinstance(place[0], str)))


class Names:
    """The machine's resolver, asked in threads of its own: those of the event loop are four, and serve everybody.

    A look-up cannot be stopped once it runs. Whoever asked is answered in time, but its thread counts as its
    resident's until the resolver gives up by itself.
    """

    def __init__(self, *, ask: Ask = ask_machine, timeout_s: float = TIMEOUT_S) -> None:
        self._ask = ask
        self._timeout_s = timeout_s
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhooks-names")
        # Kept only as long as somebody has a place or waits for one.
        self._places: WeakValueDictionary[UUID, asyncio.Semaphore] = WeakValueDictionary()

    async def __call__(self, owner: UUID, host: str, port: int) -> Sequence[Address]:
        """The addresses of a name for a resident's receiver; OSError (TimeoutError when late) or UnicodeError."""
        async with asyncio.timeout(self._timeout_s):
            places = self._places.setdefault(owner, asyncio.Semaphore(EACH))
            await places.acquire()
            loop = asyncio.get_running_loop()

            def leave(_: Any) -> None:
                # The loop may be gone before the resolver has given up: then nobody waits for the place.
                with suppress(RuntimeError):
                    loop.call_soon_threadsafe(places.release)

            asked = self._threads.submit(self._ask, host, port)
            asked.add_done_callback(leave)
            return await asyncio.wrap_future(asked)
