"""A resident with an inbox, the real SMS gateway of the tests, a push service of ours, a print room, and the clock."""

import base64
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from openhall.base import clock, db
from openhall.base.telling import Template
from openhall.core import messages
from openhall.core.messages.jobs import run
from openhall.core.messages.letters import LetterBox
from openhall.core.messages.ports import Outside, WebPush
from openhall.core.messages.telling import CHOICES_CHANGED
from openhall.core.people.ports import sms_of
from openhall.core.webhooks.ports import HttpReceiver
from tests.core.webhooks.receiver import Got, Receiver
from tests.hall import Hall, Headers

# Noon in the hall's zone: nobody sleeps, and a day of messages has begun.
NOON = datetime(2030, 3, 5, 4, 0, tzinfo=UTC)
NIGHT = NOON + timedelta(hours=10)  # 22:00
MODULE = "tests.core.messages"


def template(category: Any = "case", **more: Any) -> Template:
    """A template of these tests; its texts have no translation."""
    usual: dict[str, Any] = {
        "code": "tests.thing",
        "version": 1,
        "title": "About {thing}",
        "body": "{thing} is here.",
        "short": "{thing}!",
    }
    return Template(module=MODULE, category=category, **(usual | more))


THING = template()
MUST = template("must", code="tests.must")
ALARM = template("must", code="tests.alarm", safety=True)
NEWS = template("news", code="tests.news")


class BrowserKeys:
    """The keys of a browser, which opens what was encrypted for it (RFC 8291, the receiver's side)."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.auth = b"sixteen bytes ok"

    def open(self, body: bytes) -> dict[str, Any]:
        salt, theirs = body[:16], body[21 : 21 + body[20]]
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
        shared = self._key.exchange(ec.ECDH(), point)
        material = _derived(self.auth, shared, b"WebPush: info\0" + self.point + theirs, 32)
        key = _derived(salt, material, b"Content-Encoding: aes128gcm\0", 16)
        nonce = _derived(salt, material, b"Content-Encoding: nonce\0", 12)
        padded = AESGCM(key).decrypt(nonce, body[21 + body[20] :], None)
        found: dict[str, Any] = msgspec.json.decode(padded.rstrip(b"\0").removesuffix(b"\x02"))
        return found


def _derived(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    """HKDF by hand, so that the tests do not share a mistake with what they test."""
    return hmac.digest(hmac.digest(salt, secret, sha256), info + b"\x01", sha256)[:length]


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Stage:
    """One resident, `me`. `work` does what the worker does, as if so much time had passed."""

    def __init__(self, hall: Hall, service: Receiver, folder: Path, phone: str, headers: Headers, me: UUID) -> None:
        self.hall, self.pool, self.service = hall, hall.pool, service
        self.phone, self.headers, self.me = phone, headers, me
        self.letters = LetterBox(folder)
        self.keys = BrowserKeys()
        caller = HttpReceiver(loopback=True, timeout_s=1)
        push = WebPush(caller, hall.settings.secret, "https://hall.example")
        self.outside = Outside(sms_of(hall.settings), push, self.letters)

    async def tell(self, what: Template = THING, thing: Any = "Tea", **more: Any) -> UUID:
        """Tell me something; its id."""
        async with self.pool.write() as conn:
            facts = {"thing": thing, **more}
            (told,) = await messages.tell_all(conn, [messages.Telling(self.me, what, facts)])
        return told

    async def work(self, later: timedelta = timedelta()) -> None:
        with clock.at(clock.now() + later):
            await run(self.pool, self.outside, self.hall.settings)

    async def subscribe(self, name: str = "one") -> Any:
        """Have a browser of mine rung by the push service."""
        endpoint = f"http://127.0.0.1:{self.service.port}/{name}"
        keys = {"p256dh": text(self.keys.point), "auth": text(self.keys.auth)}
        return await self.api("POST", "/me/push-subscriptions", {"endpoint": endpoint, "keys": keys})

    async def prefer(self, **changes: Any) -> Any:
        """Choose; what is not said stays."""
        wish = (await self.api("GET", "/me/message-preferences")).json()["preferences"]
        return await self.api("PUT", "/me/message-preferences", wish | changes)

    async def channels(self, **changes: dict[str, bool]) -> Any:
        """Choose channels of categories; what is not said stays."""
        wish = (await self.api("GET", "/me/message-preferences")).json()["preferences"]
        found = {name: wish["channels"][name] | changes.get(name, {}) for name in wish["channels"]}
        return await self.prefer(channels=found)

    async def api(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        return await self.hall.client.request(method, f"/api/v1{path}", json=body, headers=self.headers, **more)

    async def way(self, message: UUID) -> list[tuple[str, str, str | None]]:
        """What happened to a message outside: (channel, state, why), oldest first."""
        found = (await self.api("GET", f"/messages/{message}")).json()["states"]
        return [(one["channel"], one["state"], one["why"]) for one in found if one["channel"] != "inbox"]

    def texts(self) -> list[str]:
        """The text messages on my phone, oldest first, without sign-in codes and the news that choices changed."""
        found = [one["text"] for one in self.hall.outside.messages(f"+86{self.phone}")]
        return [
            text
            for text in reversed(found)
            if not any(word in text for word in ("验证码", "signs you in", "changed. Not you?"))
        ]

    def rung(self) -> list[dict[str, Any]]:
        """What my browser showed, without the news that choices changed."""
        shown = [self.keys.open(got.body) for got in self.service.got]
        return [one for one in shown if one["title"] != CHOICES_CHANGED.title]

    def calls(self) -> list[Got]:
        return self.service.got

    async def close_account(self) -> None:
        """As they do it themselves, after signing in anew."""
        self.headers = await self.hall.sign_in(self.phone)
        assert (await self.api("POST", "/me/closing")).status_code in (200, 201)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    with clock.at(moment):
        yield


async def rows(conn: db.ReadConn, sql: str) -> list[tuple[Any, ...]]:
    return await (await conn.execute(sql.encode())).fetchall()
