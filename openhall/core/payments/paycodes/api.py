"""The JSON API of pay codes: get one, say yes or no to a charge, and enrol the devices that make codes offline."""

import base64
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from litestar import Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from openhall.base import db, limits
from openhall.core import payments, people
from openhall.core.payments import offers, paycodes, safety
from openhall.core.payments.codes import pay
from openhall.core.payments.paycodes import otp
from openhall.core.payments.types import Payer
from openhall.core.payments.views import PayeeView, PaymentView, ShopView
from openhall.core.people import Resident, Visit, pins
from openhall.web import edge
from openhall.web.edge import RESIDENT

Me = NamedDependency[Resident]
Teller = NamedDependency[payments.Teller]


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


class ChargeBody(Struct, frozen=True):
    """A shop asks the resident for money, and waits for their answer until `expires_at`. Amounts in minor units.

    `state`: `waiting`, `confirmed` (then the payment has the same id), `refused`, `closed` (by the shop), `expired`.
    While it waits, `paid` is what would leave the wallet now and `discount` what the offer named by `offer` would pay;
    else all three are null.
    """

    id: UUID
    state: paycodes.ChargeState
    payee: PayeeView
    shop: ShopView | None
    amount: int
    currency: str
    paid: int | None
    discount: int | None
    offer: str | None
    offer_en: str | None
    created_at: datetime
    expires_at: datetime


class ChargesBody(Struct, frozen=True):
    """The charges that wait for the resident's answer, oldest first; at most a hundred."""

    charges: list[ChargeBody]


class ConfirmRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """`expected_paid` is the most that may leave the wallet: the `paid` that was shown."""

    expected_paid: edge.Amount | None = None
    pin: edge.Pin | None = None


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
    data: JSONBody[DeviceRequest], conn: edge.Conn, visit: NamedDependency[Visit], settings: edge.HallSettings
) -> EnrolledBody:
    """Enrol the device of this session to make codes offline. Its secret is told here and never again, and no record of
    it is kept: when the answer is lost, enrol anew, and the new secret takes the place of the old one. When the session
    ends, the device pays nothing any more.

    Refusals: `payments.device_name_invalid`, `payments.too_many_devices`.
    """
    return await enrolled(conn, visit, data.name, settings.secret)


async def enrolled(conn: db.Conn, visit: Visit, name: str, secret: str) -> EnrolledBody:
    """Enrol the device of a visit's session; what it has to know."""
    device = await paycodes.enrol(conn, resident=visit.resident.id, name=name, secret=secret, session=visit.session.id)
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


@get("/me/charges", opt=RESIDENT)
async def charges(reader: edge.Reader, resident: Me, teller: Teller) -> ChargesBody:
    """The charges that wait for the resident's answer, oldest first: a shop has read their pay code, and the amount is
    above what the code pays alone."""
    found = await paycodes.waiting_for(reader, resident=resident.id)
    return ChargesBody([await _shown(reader, teller, one) for one in found])


@get("/me/charges/{charge_id:uuid}", opt=RESIDENT)
async def charge(reader: edge.Reader, resident: Me, teller: Teller, charge_id: FromPath[UUID]) -> ChargeBody:
    """One of them, or how it ended. Refusal: `payments.charge_not_found`."""
    found = await paycodes.charge_of(reader, resident=resident.id, charge=charge_id)
    return await _shown(reader, teller, found)


@post("/me/charges/{charge_id:uuid}/confirm", opt=RESIDENT, status_code=201, responses=edge.answers(PaymentView))
async def confirm(
    request: Request[Any, Any, Any],
    data: JSONBody[ConfirmRequest],
    pool: edge.Pool,
    settings: edge.HallSettings,
    visit: NamedDependency[people.Visit],
    teller: Teller,
    charge_id: FromPath[UUID],
    idempotency_key: edge.IdempotencyKey,
) -> Response[Any]:
    """Say yes: the charge is paid, once. Offers count as they are now; with `expected_paid` nobody pays more than they
    were shown. After a refusal it still waits, and another key may try again.

    Refusals: those of the PIN (`people.pin_*`), `payments.charge_not_found`, `payments.charge_ended`,
    `payments.own_shop`, `payments.offer_gone`, `payments.above_own_limit`, `payments.above_spending_limit`,
    `payments.above_new_payee_limit`, `payments.proof_needed`, `payments.insufficient_funds`,
    `payments.account_frozen`.
    """
    resident = visit.resident
    async with pool.read() as reader:
        before = await paycodes.answered_before(
            reader, payer=resident.id, charge=charge_id, key=idempotency_key, expected_paid=data.expected_paid
        )
    if before is not None:
        return edge.answered(request, before)
    proved = await pins.stands(pool, settings, visit, written=data.pin or "")
    async with pool.write() as conn:
        answer = await paycodes.confirm(
            conn,
            payer=Payer(resident.id, resident.wallet, people.masked(resident.phone)),
            charge=charge_id,
            key=idempotency_key,
            offered=teller.offers,
            guard=safety.Guard(settings, proved),
            expected_paid=data.expected_paid,
        )
    return edge.answered(request, answer)


@post("/me/charges/{charge_id:uuid}/refuse", opt=RESIDENT, status_code=200)
async def refuse(conn: edge.Conn, resident: Me, teller: Teller, charge_id: FromPath[UUID]) -> ChargeBody:
    """Say no: nothing is paid by it, and the shop is told. The charge as it is afterwards; one that had ended before
    stays as it was. Refusal: `payments.charge_not_found`."""
    return await _shown(conn, teller, await paycodes.refuse(conn, resident=resident.id, charge=charge_id))


async def _shown(conn: db.ReadConn, teller: payments.Teller, found: paycodes.WaitingCharge) -> ChargeBody:
    is_waiting = found.state is paycodes.ChargeState.WAITING
    terms = await paycodes.quote(conn, charge=found, offered=teller.offers) if is_waiting else offers.NOTHING
    discount = terms.discount
    return ChargeBody(
        id=found.charge,
        state=found.state,
        payee=PayeeView(found.payee_kind, found.payee, found.payee_name),
        shop=ShopView(found.payee, found.payee_name) if found.payee_kind == "shop" else None,
        amount=found.amount,
        currency=found.currency,
        paid=offers.paid(found.amount, terms) if is_waiting else None,
        discount=(discount.amount if discount else 0) if is_waiting else None,
        offer=discount.title if discount else None,
        offer_en=discount.title_en if discount else None,
        created_at=found.created_at,
        expires_at=found.expires_at,
    )


router = edge.api(issue, charges, charge, confirm, refuse, enrol, devices, revoke, tags=["Pay codes"])
