"""The gateways of text messages and of e-mail: the port, and the connectors that speak HTTP to them."""

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
        """Send `text` to the E.164 number or e-mail address `to`. `message` stays the same when it is tried again.

        Raises SmsRefusedError or SmsUnansweredError.
        """


class HttpSms:
    """`POST {url}/sms {"to", "text"}` with the shared secret as bearer; any 2xx means taken."""

    def __init__(self, url: str, secret: str) -> None:
        self._url = url.rstrip("/") + "/sms"
        self._headers = {"authorization": f"Bearer {secret}"}

    async def send(self, *, message: UUID, to: str, text: str) -> None:
        await _post(self._url, self._headers, message, {"to": to, "text": text})


class HttpMail:
    """`POST {url}/mail {"to", "subject", "text"}` with the shared secret as bearer; any 2xx means taken."""

    def __init__(self, url: str, secret: str, subject: str) -> None:
        self._url = url.rstrip("/") + "/mail"
        self._headers = {"authorization": f"Bearer {secret}"}
        self._subject = subject

    async def send(self, *, message: UUID, to: str, text: str) -> None:
        await _post(self._url, self._headers, message, {"to": to, "subject": self._subject, "text": text})


class ByAddress:
    """Numbers by text message, e-mail addresses by e-mail."""

    def __init__(self, sms: Sms, mail: Sms) -> None:
        self._sms = sms
        self._mail = mail

    async def send(self, *, message: UUID, to: str, text: str) -> None:
        await (self._mail if "@" in to else self._sms).send(message=message, to=to, text=text)


async def _post(url: str, headers: dict[str, str], message: UUID, body: dict[str, str]) -> None:
    try:
        async with (
            asyncio.timeout(TIMEOUT_S),
            httpx.AsyncClient(timeout=TIMEOUT_S, verify=tls.context(), trust_env=False) as client,
        ):
            answer = await client.post(url, json=body, headers=headers | {"idempotency-key": str(message)})
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
    """The connector to the hall's gateways: whatever has no subject of its own goes by its address."""
    return ByAddress(
        HttpSms(settings.sms_url, settings.sms_secret),
        HttpMail(settings.mail_url, settings.mail_secret, settings.hall_name),
    )
