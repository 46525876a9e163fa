"""Calling a partner that moves money, over HTTP: what cannot be relied on is unknown, and never a "no"."""

import asyncio
from typing import Any

import httpx
import msgspec

from openhall.base import tls

# An honest answer has a few hundred bytes. More is refused before it fills the memory.
MOST_BYTES = 65_536


class Unknown(Exception):  # noqa: N818  it is not an error: the charge may have happened or not
    """The partner did not answer, or not in a way that can be relied on. Never to be taken for a "no"."""


class Caller:
    """Calls below `url` with the shared secret as bearer."""

    def __init__(self, url: str, secret: str, *, timeout_s: float) -> None:
        self.timeout_s = timeout_s
        self._url = url.rstrip("/")
        self._headers = {"authorization": f"Bearer {secret}", "accept": "application/json"}

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


def says_never_heard(content: bytes) -> bool:
    """Whether a 404 is the partner's word on the reference, and not that of a proxy or of a wrong address."""
    try:
        return msgspec.json.decode(content, type=_Refusal).code == "unknown_reference"
    except msgspec.MsgspecError:
        return False
