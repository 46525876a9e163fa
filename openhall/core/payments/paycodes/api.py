"""The JSON API of pay codes: get one, and enrol the devices that make them offline."""

import base64
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from litestar import Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from openhall.base import limits
from openhall.core.payments import paycodes
from openhall.core.payments.codes import pay
from openhall.core.payments.paycodes import otp
from openhall.core.people import Resident
from openhall.web import edge
from openhall.web.edge import RESIDENT

Me = NamedDependency[Resident]


class PayCodeBody(Struct, frozen=True):
    """`digits` are shown as Code 128 and as text, `qr_payload` as QR; `emv_payload` is the EMVCo form of the same."""

    digits: str
    qr_payload: str
    emv_payload: str
    expires_at: datetime


class DeviceRequest(Struct, frozen=True):
    """A device to be enrolled, by a name its owner will know it by."""

    name: str


class DeviceBody(Struct, frozen=True):
    """A device that makes codes offline; `spent_today` in minor units."""

    id: UUID
    name: str
    enrolled_at: datetime
    spent_today: int


class DevicesBody(Struct, frozen=True):
    """The resident's devices that are not revoked."""

    devices: list[DeviceBody]


class EnrolledBody(Struct, frozen=True):
    """A code is `prefix`, `device_digits`, and the TOTP of `secret` (RFC 6238, base32): see docs, pay codes."""

    id: UUID
    name: str
    enrolled_at: datetime
    prefix: str
    device_digits: str
    secret: str
    algorithm: Literal["SHA256"]
    digits: int
    period_s: int


class _NoBody(Struct, frozen=True):
    """A request that says all by its address."""


@post("/me/pay-code", opt=RESIDENT, status_code=201, responses=edge.answers(PayCodeBody))
async def issue(
    request: Request[Any, Any, Any],
    pool: edge.Pool,
    resident: Me,
    settings: edge.HallSettings,
    idempotency_key: edge.OptionalKey = None,
) -> Response[Any]:
    """A pay code to show to a cashier: for one charge, for one minute. Refusal: `hall.rate_limited`."""
    await limits.take(pool, paycodes.issuing_limit(settings), str(resident.id))
    # Only now a connection: whoever holds one while asking for another may wait for ever.
    async with pool.write() as conn:

        async def act() -> PayCodeBody:
            code = await paycodes.issue(conn, resident=resident.id, secret=settings.secret)
            return PayCodeBody(code.digits, code.qr_payload, code.emv_payload, code.expires_at)

        if idempotency_key is None:
            return Response(await act(), status_code=201)
        return await edge.once(request, conn, key=idempotency_key, principal=resident.id, body=_NoBody(), act=act)


@post("/me/pay-code/devices", opt=RESIDENT, status_code=201)
async def enrol(
    data: JSONBody[DeviceRequest], conn: edge.Conn, resident: Me, settings: edge.HallSettings
) -> EnrolledBody:
    """Enrol a device that makes codes offline. Its secret is told here and never again, and no record of it is kept:
    when the answer is lost, revoke the device and enrol it anew.

    Refusals: `payments.device_name_invalid`, `payments.too_many_devices`.
    """
    device = await paycodes.enrol(conn, resident=resident.id, name=data.name, secret=settings.secret)
    return EnrolledBody(
        id=device.id,
        name=device.name,
        enrolled_at=device.enrolled_at,
        prefix=pay.OFFLINE,
        device_digits=device.device_digits,
        secret=base64.b32encode(device.secret).decode().rstrip("="),
        algorithm="SHA256",
        digits=otp.DIGITS,
        period_s=otp.STEP_S,
    )


@get("/me/pay-code/devices", opt=RESIDENT)
async def devices(reader: edge.Reader, resident: Me) -> DevicesBody:
    """The devices that may make codes offline, and what they paid today."""
    found = await paycodes.devices(reader, resident=resident.id)
    return DevicesBody([DeviceBody(one.id, one.name, one.enrolled_at, one.spent_today) for one in found])


@delete("/me/pay-code/devices/{device_id:uuid}", opt=RESIDENT, status_code=204)
async def revoke(conn: edge.Conn, resident: Me, device_id: FromPath[UUID]) -> None:
    """A device is lost or sold: from now on its codes pay nothing. Refusal: `payments.device_not_found`."""
    await paycodes.revoke(conn, resident=resident.id, device=device_id)


router = edge.api(issue, enrol, devices, revoke, tags=["Pay codes"])
