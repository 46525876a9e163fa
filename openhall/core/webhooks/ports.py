"""The receiver: the port, and the connector that calls it over HTTP."""

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Protocol
from uuid import UUID

import httpx

import openhall
from openhall.base import tls
from openhall.base.errors import Problem
from openhall.core.webhooks.addresses import Address, Target, is_allowed, target
from openhall.core.webhooks.names import Names
from openhall.core.webhooks.types import Error, Outcome

# For the name, the connection and the answer together.
TIMEOUT_S = 15
CONNECT_S = 5
# An answer says all it has to say in its status. A little of the rest is read, so that the receiver may finish.
BODY_BYTES = 65_536
BODY_S = 2
# A name may have many addresses; when the first ones are dead, that will do.
MOST_ADDRESSES = 3
_RETRY_DIGITS = 9

# For whom, which name, which port.
Resolve = Callable[[UUID, str, int], Awaitable[Sequence[Address]]]
Allow = Callable[[Target, Address], bool]


class Receiver(Protocol):
    """Calls a receiver once."""

    async def send(self, owner: UUID, url: str, headers: Mapping[str, str], body: str) -> Outcome:
        """POST `body` to `url`, a receiver of this resident. Never raises for what the receiver does."""


class Failed(Exception):  # noqa: N818  an outcome on its way
    """The call brought no status."""

    def __init__(self, error: Error) -> None:
        super().__init__(error)
        self.error = error


class HttpReceiver:
    """Calls over HTTPS, to exactly the addresses it has checked; redirects are not followed.

    `loopback` lets calls to this machine pass, over plain HTTP too.
    """

    def __init__(
        self,
        *,
        loopback: bool,
        timeout_s: int = TIMEOUT_S,
        resolve: Resolve | None = None,
        allow: Allow = is_allowed,
        trusted: ssl.SSLContext | None = None,
    ) -> None:
        self._loopback = loopback
        self._timeout_s = timeout_s
        self._resolve = resolve or Names()
        self._allow = allow
        self._trusted = trusted or tls.context()

    async def send(self, owner: UUID, url: str, headers: Mapping[str, str], body: str) -> Outcome:
        return await self.post(owner, url, {"content-type": "application/json"} | dict(headers), body.encode())

    async def post(self, owner: UUID, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        """POST any bytes; `headers` say what they are. Never raises for what the receiver does."""
        began = time.perf_counter()
        status, error, retry_after = None, None, None
        try:
            # httpx counts its timeout anew for every packet; the outer one holds even for what trickles in.
            async with asyncio.timeout(self._timeout_s):
                status, retry_after = await self._call(owner, url, headers, body)
        except Failed as failed:
            error = failed.error
        except TimeoutError:
            error = Error.TIMEOUT
        return Outcome(status, error, int((time.perf_counter() - began) * 1000), retry_after)

    async def _call(self, owner: UUID, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, int | None]:
        try:
            aim = target(url, loopback=self._loopback)
        except Problem as refused:
            raise Failed(Error.FORBIDDEN) from refused
        found = await self._addresses(owner, aim)
        # One forbidden address among good ones is no accident either.
        if not found or not all(self._allow(aim, address) for address in found):
            raise Failed(Error.FORBIDDEN if found else Error.UNRESOLVED)
        for address in found[:MOST_ADDRESSES]:
            with suppress(httpx.ConnectTimeout, _Unreachable):
                return await self._post(aim, address, headers, body)
        raise Failed(Error.UNREACHABLE)

    async def _addresses(self, owner: UUID, aim: Target) -> Sequence[Address]:
        try:
            return await self._resolve(owner, aim.host, aim.port)
        except TimeoutError:
            raise
        except (OSError, UnicodeError) as unknown:
            raise Failed(Error.UNRESOLVED) from unknown

    async def _post(
        self, aim: Target, address: Address, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, int | None]:
        own = {
            "host": aim.authority,
            "user-agent": f"openhall/{openhall.__version__}",
            "accept-encoding": "identity",
        }
        limits = httpx.Timeout(self._timeout_s, connect=CONNECT_S)
        # The certificate must be good for the name, though the connection is to the address.
        extensions = {"sni_hostname": aim.host}
        try:
            async with (
                httpx.AsyncClient(timeout=limits, verify=self._trusted, trust_env=False) as client,
                client.stream(
                    "POST", aim.at(address), content=body, headers=own | dict(headers), extensions=extensions
                ) as answer,
            ):
                await _read_a_little(answer)
                return answer.status_code, _seconds(answer.headers.get("retry-after", ""))
        except httpx.ConnectTimeout:
            raise
        except httpx.ConnectError as refused:
            if _is_about_trust(refused):
                raise Failed(Error.UNTRUSTED) from refused
            raise _Unreachable from refused
        except httpx.TimeoutException as slow:
            raise Failed(Error.TIMEOUT) from slow
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as broken:
            raise Failed(Error.BROKEN) from broken


class _Unreachable(Exception):  # noqa: N818  only between two addresses of a name
    """Nobody is at this address."""


async def _read_a_little(answer: httpx.Response) -> None:
    read = 0
    with suppress(TimeoutError, httpx.HTTPError):
        async with asyncio.timeout(BODY_S):
            async for part in answer.aiter_raw():
                read += len(part)
                if read > BODY_BYTES:
                    return


def _seconds(retry_after: str) -> int | None:
    """Retry-After in seconds; its other form, a date, is passed over."""
    is_number = retry_after.isascii() and retry_after.isdigit() and len(retry_after) <= _RETRY_DIGITS
    return int(retry_after) if is_number else None


def _is_about_trust(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False
