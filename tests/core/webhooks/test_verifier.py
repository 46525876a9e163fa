"""The verifier of docs/howto/webhooks.md, as a merchant copies it, with the cases of the standard's own tests."""

import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from openhall.core.webhooks import rules
from tests.core.webhooks.receiver import Receiver
from tests.core.webhooks.stage import Stage
from tests.house.source import ROOT

TEXT = (ROOT / "docs" / "howto" / "webhooks.md").read_text(encoding="utf-8")
(EXAMPLE,) = re.findall(r"^```python\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
SPACE: dict[str, Any] = {}
exec(compile(EXAMPLE, "docs/howto/webhooks.md", "exec"), SPACE)
verify: Callable[..., Any] = SPACE["verify"]
Refused: type[Exception] = SPACE["Refused"]

ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
BODY = b'{"test": 2432232314}'
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc="


def headers(at: int | None = None, body: bytes = BODY) -> dict[str, str]:
    """Rightly signed headers, made without any code of the hall."""
    timestamp = int(time.time()) if at is None else at
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    digest = hmac.new(key, f"{ID}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": ID,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": "v1," + base64.b64encode(digest).decode(),
    }


def test_a_rightly_signed_message_is_read() -> None:
    assert verify(SECRET, headers(), BODY) == {"test": 2432232314}


def test_the_key_may_be_written_without_its_prefix() -> None:
    assert verify(SECRET.removeprefix("whsec_"), headers(), BODY)["test"] == 2432232314


@pytest.mark.parametrize("missing", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_missing_header_is_refused(missing: str) -> None:
    given = headers()
    del given[missing]
    with pytest.raises(Refused):
        verify(SECRET, given, BODY)


@pytest.mark.parametrize("timestamp", ["hello", "", "12e3", "1614265330.5"])
def test_a_timestamp_that_is_none_is_refused(timestamp: str) -> None:
    with pytest.raises(Refused):
        verify(SECRET, headers() | {"webhook-timestamp": timestamp}, BODY)


@pytest.mark.parametrize("seconds", [-301, 301])
def test_an_old_and_a_future_timestamp_are_refused(seconds: int) -> None:
    at = int(time.time()) + seconds + (1 if seconds > 0 else 0)
    with pytest.raises(Refused):
        verify(SECRET, headers(at), BODY)


@pytest.mark.parametrize(
    "signature",
    [
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OA=",
        "v1",
        "v1,",
        "",
        "not base64 at all",
        "v1,字",
        "v1a,g0hM9SsE",
    ],
)
def test_a_wrong_signature_is_refused_whatever_it_looks_like(signature: str) -> None:
    with pytest.raises(Refused):
        verify(SECRET, headers() | {"webhook-signature": signature}, BODY)


def test_a_right_signature_under_another_version_is_refused() -> None:
    given = headers()
    with pytest.raises(Refused):
        verify(SECRET, given | {"webhook-signature": given["webhook-signature"].replace("v1,", "v2,")}, BODY)


def test_another_body_is_refused() -> None:
    with pytest.raises(Refused):
        verify(SECRET, headers(), BODY + b" ")


def test_one_right_signature_among_others_is_enough() -> None:
    given = headers()
    several = " ".join([f"v1,{OTHER}", f"v2,{OTHER}", given["webhook-signature"], f"v1,{OTHER}"])
    assert verify(SECRET, given | {"webhook-signature": several}, BODY)["test"] == 2432232314


def test_the_published_vector_has_this_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 1614265330)
    vector = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert headers()["webhook-signature"] == vector
    assert rules.signatures([base64.b64decode(SECRET[6:])], ID, 1614265330, BODY.decode()) == vector
    assert verify(SECRET, headers(), BODY)["test"] == 2432232314


@pytest.mark.anyio
async def test_the_example_reads_what_the_hall_sends(stage: Stage, receiver: Receiver) -> None:
    webhook = await stage.add()
    paid = await stage.pay()
    await stage.work()
    (got,) = receiver.got
    assert verify(webhook["secret"], got.headers, got.body)["data"]["id"] == paid["id"]
    with pytest.raises(Refused):
        verify(SECRET, got.headers, got.body)


def test_the_example_of_a_body_is_one() -> None:
    (text,) = re.findall(r"^```json\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    shown = json.loads(text)
    made = json.loads(
        rules.body(type="payment.succeeded", at=datetime.now(UTC), data=shown["data"], stream="s", number=1)
    )
    assert set(shown) == set(made)
    assert set(shown["data"]) == set(made["data"])
