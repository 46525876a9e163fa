"""The bank: the port, and the connector that speaks HTTP to it."""

from typing import Protocol
from urllib.parse import quote

import httpx
import msgspec

from openhall.core.rails.calling import Caller, Unknown, says_never_heard
from openhall.core.rails.types import Charge


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


class HttpBank(Caller):
    """`POST /charges`, `GET /charges/{reference}` and `PUT /cancellations/{reference}` under `url`.

    The shared secret is sent as bearer; `notify_url` is where the bank sends its signed notices.
    """

    def __init__(self, url: str, secret: str, *, notify_url: str, timeout_s: float) -> None:
        super().__init__(url, secret, timeout_s=timeout_s)
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
        if status == httpx.codes.NOT_FOUND and says_never_heard(content):
            return None
        return _charge(reference, status, content)

    async def cancel(self, reference: str) -> Charge:
        return _charge(reference, *await self._call("PUT", f"/cancellations/{quote(reference, safe='')}"))


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
