"""The demo phone: what the demo gateways delivered to a number, or to an e-mail address."""

from datetime import UTC, datetime

import httpx
import msgspec
from msgspec import Struct

from openhall.base import tls
from openhall.base.config import Settings
from openhall.core import people
from openhall.demo import problems

TIMEOUT_S = 3.0


class Text(Struct, frozen=True):
    """A text message on a demo phone. `code` is the one-time code in it, if there is one."""

    at: datetime
    text: str
    code: str | None


class _Delivered(Struct, frozen=True):
    """A message as the gateway tells it; `at` in milliseconds since 1970."""

    at: int
    text: str


async def texts(settings: Settings, phone: str) -> list[Text]:
    """The messages of a canonical phone or e-mail address, newest first. Problem `demo.phone_unreachable`."""
    by_mail = "@" in phone
    gateway = f"{settings.mail_url.rstrip('/')}/mail" if by_mail else f"{settings.sms_url.rstrip('/')}/sms"
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_S, verify=tls.context(), trust_env=False) as client:
            answer = await client.get(
                gateway,
                params={"to": phone},
                headers={"authorization": f"Bearer {settings.mail_secret if by_mail else settings.sms_secret}"},
            )
        answer.raise_for_status()
        delivered = msgspec.json.decode(answer.content, type=list[_Delivered])
    except (httpx.HTTPError, msgspec.MsgspecError) as broken:
        raise problems.phone_unreachable() from broken
    return [
        Text(at=datetime.fromtimestamp(item.at / 1000, UTC), text=item.text, code=people.code_in(item.text))
        for item in delivered
    ]
