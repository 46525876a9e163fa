"""The card processor: the port, and the connector that speaks HTTP to it."""

from typing import Protocol, TypeVar
from urllib.parse import quote

import httpx
import msgspec

from openhall.core.cards.types import Checkout
from openhall.core.rails.calling import Caller, Unknown, says_never_heard
from openhall.core.rails.types import Charge

Said = TypeVar("Said", Checkout, Charge)


class Cards(Protocol):
    """A processor on whose own page people pay by card. The same reference is the same thing, however often it is sent.

    Every method raises `Unknown` when the outcome cannot be told.
    """

    timeout_s: float

    async def open(self, *, reference: str, amount: int, currency: str) -> Checkout:
        """Let a person pay `amount` minor units; the answer has the page where they do."""

    async def query(self, reference: str) -> Checkout | None:
        """What became of the checkout; None when the processor never heard of it, or has not yet."""

    async def cancel(self, reference: str) -> Checkout:
        """Give the checkout up: declined for ever, unless it was paid already."""

    async def refund(self, *, reference: str, payment: str, amount: int, currency: str) -> Charge:
        """Give `amount` of the paid checkout `payment` back to its card."""

    async def query_refund(self, reference: str) -> Charge | None:
        """What became of the refund; None as for `query`."""


class HttpCards(Caller):
    """`POST /checkouts`, `GET /checkouts/{reference}`, `PUT /cancellations/{reference}`, `POST /refunds` and
    `GET /refunds/{reference}` under `url`.

    The shared secret is sent as bearer. People come back to `return_url` with the reference behind it, signed notices
    to `notify_url`.
    """

    def __init__(self, url: str, secret: str, *, return_url: str, notify_url: str, timeout_s: float) -> None:
        super().__init__(url, secret, timeout_s=timeout_s)
        self._return_url = return_url
        self._notify_url = notify_url

    async def open(self, *, reference: str, amount: int, currency: str) -> Checkout:
        body = {
            "reference": reference,
            "amount": amount,
            "currency": currency,
            "return_url": f"{self._return_url}{reference}?back=1",
            "notify_url": self._notify_url,
        }
        return _read(Checkout, reference, *await self._call("POST", "/checkouts", body))

    async def query(self, reference: str) -> Checkout | None:
        return await self._asked(Checkout, "/checkouts/", reference)

    async def cancel(self, reference: str) -> Checkout:
        return _read(Checkout, reference, *await self._call("PUT", f"/cancellations/{quote(reference, safe='')}"))

    async def refund(self, *, reference: str, payment: str, amount: int, currency: str) -> Charge:
        body = {"reference": reference, "payment": payment, "amount": amount, "currency": currency}
        return _read(Charge, reference, *await self._call("POST", "/refunds", body))

    async def query_refund(self, reference: str) -> Charge | None:
        return await self._asked(Charge, "/refunds/", reference)

    async def _asked(self, kind: type[Said], path: str, reference: str) -> Said | None:
        status, content = await self._call("GET", path + quote(reference, safe=""))
        if status == httpx.codes.NOT_FOUND and says_never_heard(content):
            return None
        return _read(kind, reference, status, content)


def _read(kind: type[Said], reference: str, status: int, content: bytes) -> Said:
    if status not in (httpx.codes.OK, httpx.codes.ACCEPTED):
        raise Unknown(f"status {status}")
    try:
        said = msgspec.json.decode(content, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as broken:
        raise Unknown("the answer cannot be read") from broken
    if said.reference != reference:
        raise Unknown("the answer speaks of another reference")
    return said
