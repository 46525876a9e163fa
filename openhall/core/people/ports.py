"""The SMS gateway: the port, and the connector that speaks HTTP to it."""

import asyncio
from functools import cache
from typing import Protocol
from uuid import UUID

import httpx

from openhall.base import tls
from openhall.base.config import Settings

# The person is waiting in front of the page: after this many seconds the background job takes over.
TIMEOUT_S = 3.0
# 503 says that the message was not taken; any other 5xx may come from behind the gateway, after it was.
_REFUSALS = frozenset({503})


class SmsRefusedError(Exception):
    """The gateway certainly did not take the message: it may be sent again at once."""


class SmsUnansweredError(Exception):
    """The gateway did not answer in time, so it may have taken the message. Sending again may deliver it twice."""


class Sms(Protocol):
    """A way to send a text message to a phone."""

    async def send(self, *, message: UUID, to: str, text: str) -> None:
        """Send `text` to the E.164 number `to`. `message` stays the same when a message is tried again.

        Raises SmsRefusedError or SmsUnansweredError.
        """


class HttpSms:
    """`POST {url}/sms {"to", "text"}` with the shared secret as bearer; any 2xx means taken."""

    def __init__(self, url: str, secret: str) -> None:
        self._url = url.rstrip("/")
        self._headers = {"authorization": f"Bearer {secret}"}

    async def send(self, *, message: UUID, to: str, text: str) -> None:
        headers = self._headers | {"idempotency-key": str(message)}
        try:
            async with (
                asyncio.timeout(TIMEOUT_S),
                httpx.AsyncClient(timeout=TIMEOUT_S, verify=tls.context(), trust_env=False) as client,
            ):
                answer = await client.post(f"{self._url}/sms", json={"to": to, "text": text}, headers=headers)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol) as refused:
            raise SmsRefusedError from refused
        except (httpx.HTTPError, TimeoutError) as silent:
            raise SmsUnansweredError from silent
        if answer.is_success:
            return
        if answer.status_code in _REFUSALS or answer.is_client_error:
            raise SmsRefusedError
        raise SmsUnansweredError


@cache
def sms_of(settings: Settings) -> Sms:
    """The connector to the hall's SMS gateway."""
    return HttpSms(settings.sms_url, settings.sms_secret)
