"""The outside of messages: the SMS gateway, push services, and the print room's folder."""

from functools import cache
from pathlib import Path
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from openhall.base.config import Settings
from openhall.core.messages import webpush
from openhall.core.messages.letters import LetterBox
from openhall.core.people.ports import Sms, sms_of
from openhall.core.webhooks.ports import HttpReceiver
from openhall.core.webhooks.types import Outcome

# How long a push service keeps a message for a phone that is off.
_KEPT_S = 86_400
PUSH_TIMEOUT_S = 10


class Push(Protocol):
    """A way to ring a browser."""

    async def send(
        self, *, owner: UUID, endpoint: str, p256dh: bytes, auth: bytes, payload: bytes, urgent: bool
    ) -> Outcome:
        """Hand one encrypted message to the browser's push service. Never raises for what that does."""


class WebPush:
    """RFC 8030: one POST, encrypted for the browser and signed by the hall; only to addresses of the internet."""

    def __init__(self, receiver: HttpReceiver, hall_secret: str, contact: str) -> None:
        self._receiver = receiver
        self._secret = hall_secret
        self._contact = contact

    async def send(
        self, *, owner: UUID, endpoint: str, p256dh: bytes, auth: bytes, payload: bytes, urgent: bool
    ) -> Outcome:
        headers = {
            "authorization": webpush.authorization(self._secret, endpoint, self._contact),
            "content-encoding": "aes128gcm",
            "content-type": "application/octet-stream",
            "ttl": str(_KEPT_S),
            "urgency": "high" if urgent else "normal",
        }
        return await self._receiver.post(owner, endpoint, headers, webpush.encrypted(payload, p256dh, auth))


class Outside(Struct, frozen=True):
    """The channels of a hall. Without a letter box it writes no letters."""

    sms: Sms
    push: Push
    letters: LetterBox | None


@cache
def outside_of(settings: Settings) -> Outside:
    """The hall's channels, as its settings say."""
    receiver = HttpReceiver(loopback=settings.webhooks_to_loopback, timeout_s=PUSH_TIMEOUT_S)
    return Outside(
        sms_of(settings),
        WebPush(receiver, settings.secret, settings.public_url),
        LetterBox(Path(settings.letter_files)) if settings.letter_files else None,
    )
