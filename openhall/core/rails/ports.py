"""The bank: the port, and the connector that speaks HTTP to it."""

import asyncio
from typing import Any, Protocol
from urllib.parse import quote

import httpx
import msgspec

from openhall.base import tls
from openhall.core.rails.types import Charge

# An honest answer has a few hundred bytes. More is refused before it fills the memory.
MOST_BYTES = 65_536


class Unknown(Exception):  # noqa: N818  it is not an error: the charge may have happened or not
    """The bank did not answer, or not in a way that can be relied on. Never to be taken for a "no"."""


class Bank(Protocol):
    """A bank that charges accounts under agreements. The same reference is the same charge, however often it is sent.

    Every method raises `Unknown` when the outcome cannot be told.
    """

    timeout_s: float

    async def charge(self, *, reference: str, agreement: str, amount: int, currency: str) -> Charge:
        """Take `amount` minor units from the account behind `agreement`."""

    async def query(self, reference: str) -> Charge | None:
        """What became of the charge; None when the bank never heard of it, or has not yet."""

    async def cancel(self, reference: str) -> Charge:
        """Give the charge up: declined for ever, unless the money was taken already."""


class HttpBank:
    """`POST /charges`, `GET /charges/{reference}` and `PUT /cancellations/{reference}` under `url`.

    The shared secret is sent as bearer; `notify_url` is where the bank sends its signed notices.
    """

    def __init__(self, url: str, secret: str, *, notify_url: str, timeout_s: float) -> None:
        self.timeout_s = timeout_s
        self._url = url.rstrip("/")
        self._headers = {"authorization": f"Bearer {secret}", "accept": "application/json"}
        self._notify_url = notify_url

    async def charge(self, *, reference: str, agreement: str, amount: int, currency: str) -> Charge:
        body = {
            "reference": reference,
            "agreement": agreement,
            "amount": amount,
            "currency": currency,
            "notify_url": self._notify_url,
        }
        status, content = await self._call("POST", "/charges", body)
        return _charge(reference, status, content)

    async def query(self, reference: str) -> Charge | None:
        status, content = await self._call("GET", f"/charges/{quote(reference, safe='')}")
        if status == httpx.codes.NOT_FOUND and _says_never_heard(content):
            return None
        return _charge(reference, status, content)

    async def cancel(self, reference: str) -> Charge:
        return _charge(reference, *await self._call("PUT", f"/cancellations/{quote(reference, safe='')}"))

    async def _call(self, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
        """Status and content of the answer. Redirects are not followed: an agreement is with one bank only."""
        try:
            # httpx counts its timeout anew for every packet; the outer one holds even for an answer that trickles in.
            async with (
                asyncio.timeout(self.timeout_s),
                httpx.AsyncClient(timeout=self.timeout_s, verify=tls.context(), trust_env=False) as client,
                client.stream(method, self._url + path, json=body, headers=self._headers) as answer,
            ):
                content = bytearray()
                async for part in answer.aiter_bytes():
                    content += part
                    if len(content) > MOST_BYTES:
                        raise Unknown("the answer is too large")
                return answer.status_code, bytes(content)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as silent:
            raise Unknown(type(silent).__name__) from silent


class _Refusal(msgspec.Struct, frozen=True):
    code: str


def _says_never_heard(content: bytes) -> bool:
    """Whether a 404 is the bank's word on the reference, and not that of a proxy or of a wrong address."""
    try:
        return msgspec.json.decode(content, type=_Refusal).code == "unknown_reference"
    except msgspec.MsgspecError:
        return False


def _charge(reference: str, status: int, content: bytes) -> Charge:
    if status not in (httpx.codes.OK, httpx.codes.ACCEPTED):
        raise Unknown(f"status {status}")
    try:
        said = msgspec.json.decode(content, type=Charge)
    except (msgspec.MsgspecError, UnicodeDecodeError) as broken:
        raise Unknown("the answer cannot be read") from broken
    if said.reference != reference:
        raise Unknown("the answer speaks of another charge")
    return said
