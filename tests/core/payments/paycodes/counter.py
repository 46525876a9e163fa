"""A counter that reads pay codes: what the tests of this folder share."""

import base64
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from msgspec.structs import replace

from openhall.base import clock, db
from openhall.base.errors import Problem
from openhall.core import people
from openhall.core.payments import paycodes
from openhall.core.payments.codes import pay
from openhall.core.payments.paycodes import otp
from tests.house.the_app import SETTINGS

SECRET = SETTINGS.secret
SHOP = UUID(int=0x5109)


async def join(conn: db.Conn, phone: str = "+8613800000001") -> people.Resident:
    """Somebody with a wallet."""
    resident, _ = await people.find_or_join(conn, phone=phone, lang=None, currency="CNY", on_joined=())
    return resident


async def code_of(conn: db.Conn, resident: people.Resident) -> str:
    """The digits of a fresh online code."""
    return (await paycodes.issue(conn, resident=resident.id, secret=SECRET)).digits


def made_offline(device: paycodes.Enrolled, at: datetime) -> str:
    """What the device shows at this instant."""
    return pay.OFFLINE + device.device_digits + otp.hotp(device.secret, otp.step_at(at))


def made_by(told: dict[str, Any]) -> str:
    """What a device shows now that was told this when it was enrolled over HTTP."""
    secret = base64.b32decode(told["secret"] + "=" * (-len(told["secret"]) % 8))
    return str(told["prefix"] + told["device_digits"] + otp.hotp(secret, otp.step_at(clock.now())))


def ask(digits: str, *, amount: int = 350, shop: UUID = SHOP, **given: Any) -> paycodes.CodeAsk:
    """A charge; `charge` and `now` may be given."""
    charge = given.get("charge") or uuid4()
    return paycodes.CodeAsk(digits=digits, charge=charge, shop=shop, amount=amount, now=given.get("now") or clock.now())


async def read(conn: db.Conn, asks: Sequence[paycodes.CodeAsk], **settings: int) -> list[paycodes.Consumed | Problem]:
    """The counter's batch, under these settings."""
    answers, _ = await paycodes.consume(conn, asks, settings=replace(SETTINGS, **settings))
    return answers


def words(answer: paycodes.Consumed | Problem) -> str:
    """The code of a refusal, "again" for a retry, else "consumed"."""
    if isinstance(answer, Problem):
        return answer.code
    return "again" if answer.again else "consumed"
