"""The JSON API of staff: invite, answer, list, change, remove; and the limits of cashiers."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from openhall.base import limits, money
from openhall.city import merchants
from openhall.city.merchants import Act, Role, staff, views
from openhall.core.people import Resident
from openhall.web import edge
from openhall.web.edge import RESIDENT

Me = NamedDependency[Resident]
Appointed = Literal["manager", "cashier"]
Phone = Annotated[str, Meta(min_length=3, max_length=64, description="As people write it; the mainland by default.")]
ShownAs = Annotated[str, Meta(max_length=20, description="What receipts call them; empty or null for nothing.")]
# Whoever types numbers in by the hundred looks for something else than a cashier.
INVITING = limits.Limit("merchants.invite", 60, timedelta(days=1))


class InvitationRequest(Struct, forbid_unknown_fields=True):
    """Whom to ask, by phone number, and to be what."""

    phone: Phone
    role: Appointed
    shown_as: ShownAs | None = None


class WorkerRequest(Struct, forbid_unknown_fields=True):
    """What somebody is from now on."""

    role: Appointed
    shown_as: ShownAs | None = None


class LimitsBody(Struct, frozen=True, forbid_unknown_fields=True):
    """What each cashier may give back in one shift, in minor units; 0: nothing."""

    cashier_refund_max: Annotated[int, Meta(ge=0, le=money.MAX_AMOUNT)]


class WorkerBody(Struct, frozen=True):
    """Somebody who works at a shop besides its owner."""

    id: UUID
    role: Role
    phone_masked: str
    name: str | None
    shown_as: str | None
    since: datetime

    @staticmethod
    def of(worker: staff.Worker) -> "WorkerBody":
        return WorkerBody(worker.id, worker.role, worker.phone_masked, worker.name, worker.shown_as, worker.since)


class InvitationBody(Struct, frozen=True):
    """Somebody is asked to work at a shop. It looks the same whether or not the number belongs to a resident."""

    id: UUID
    role: Role
    phone_masked: str
    shown_as: str | None
    expires_at: datetime

    @staticmethod
    def of(invitation: staff.Invitation) -> "InvitationBody":
        return InvitationBody(
            invitation.id, invitation.role, invitation.phone_masked, invitation.shown_as, invitation.expires_at
        )


class StaffBody(Struct, frozen=True):
    """Who works at a shop besides its owner, and who is asked to."""

    staff: list[WorkerBody]
    invitations: list[InvitationBody]


class OfferBody(Struct, frozen=True):
    """What a resident is asked: to work at this shop, in this role."""

    id: UUID
    shop: views.ShopName
    role: Role
    expires_at: datetime

    @staticmethod
    def of(offer: staff.Offer) -> "OfferBody":
        return OfferBody(offer.id, views.ShopName(offer.shop, offer.name), offer.role, offer.expires_at)


class OffersBody(Struct, frozen=True):
    """Invitations that wait for the resident's answer."""

    invitations: list[OfferBody]


@get("/shops/{shop_id:uuid}/staff", opt=RESIDENT)
async def list_staff(reader: edge.Reader, resident: Me, shop_id: FromPath[UUID]) -> StaffBody:
    """Who works there, and who is asked to. For owner and managers."""
    shop = await merchants.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.STAFF)
    return StaffBody(
        [WorkerBody.of(one) for one in await staff.staff_of(reader, shop=shop.id)],
        [InvitationBody.of(one) for one in await staff.invitations_of(reader, shop=shop.id)],
    )


@post("/shops/{shop_id:uuid}/invitations", opt=RESIDENT, status_code=201)
async def invite(
    pool: edge.Pool, resident: Me, shop_id: FromPath[UUID], data: JSONBody[InvitationRequest]
) -> InvitationBody:
    """Ask whoever has a number to work at the shop. They sign in with it as any resident and find the invitation among
    their shops; asking a number again replaces what it was asked. Managers invite cashiers, the owner managers too.

    Refusals, in this order: `merchants.role_insufficient`, `hall.rate_limited`, `people.phone_invalid`,
    `merchants.shown_as_invalid`, `merchants.invitation_to_yourself`, `merchants.shop_is_closed`,
    `merchants.too_many_staff`.
    """
    async with pool.read() as reader:
        await merchants.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.STAFF)
    await limits.take(pool, INVITING, str(shop_id))
    async with pool.write() as conn:
        shop = await merchants.shop_for(conn, resident=resident.id, shop=shop_id, act=Act.STAFF)
        role = Role(data.role)
        made = await staff.invite(conn, shop=shop, by=resident, phone=data.phone, role=role, shown_as=data.shown_as)
    return InvitationBody.of(made)


@delete("/shops/{shop_id:uuid}/invitations/{invitation_id:uuid}", opt=RESIDENT)
async def withdraw(conn: edge.Conn, resident: Me, shop_id: FromPath[UUID], invitation_id: FromPath[UUID]) -> None:
    """Nobody can accept it any more. Refusals: `merchants.invitation_not_found`, `merchants.role_insufficient`."""
    shop = await merchants.shop_for(conn, resident=resident.id, shop=shop_id, act=Act.STAFF)
    await staff.withdraw(conn, shop=shop, by=resident.id, invitation=invitation_id)


@patch("/shops/{shop_id:uuid}/staff/{staff_id:uuid}", opt=RESIDENT)
async def change(
    conn: edge.Conn,
    resident: Me,
    shop_id: FromPath[UUID],
    staff_id: FromPath[UUID],
    data: JSONBody[WorkerRequest],
) -> WorkerBody:
    """Another role (then also another id), or another name on receipts. It counts from the next request on.

    Refusals: `merchants.worker_not_found`, `merchants.role_insufficient`, `merchants.shown_as_invalid`.
    """
    shop = await merchants.shop_for(conn, resident=resident.id, shop=shop_id, act=Act.STAFF)
    role = Role(data.role)
    return WorkerBody.of(
        await staff.change(conn, shop=shop, by=resident.id, worker=staff_id, role=role, shown_as=data.shown_as)
    )


@delete("/shops/{shop_id:uuid}/staff/{staff_id:uuid}", opt=RESIDENT)
async def remove(conn: edge.Conn, resident: Me, shop_id: FromPath[UUID], staff_id: FromPath[UUID]) -> None:
    """They work there no more, from their next request on; an open shift of theirs is closed. Anybody may leave.

    Refusals: `merchants.worker_not_found`, `merchants.role_insufficient`.
    """
    shop = await merchants.shop_for(conn, resident=resident.id, shop=shop_id, act=Act.LOOK)
    await staff.remove(conn, shop=shop, by=resident.id, worker=staff_id)


@get("/me/invitations", opt=RESIDENT)
async def my_invitations(reader: edge.Reader, resident: Me) -> OffersBody:
    """The shops that ask the resident to work there."""
    return OffersBody([OfferBody.of(one) for one in await staff.invitations_for(reader, resident=resident)])


@post("/me/invitations/{invitation_id:uuid}/accept", opt=RESIDENT, status_code=200)
async def accept(conn: edge.Conn, resident: Me, invitation_id: FromPath[UUID]) -> OfferBody:
    """Work there from now on, in this role. Refusals: `merchants.invitation_not_found`,
    `merchants.invitation_to_yourself`, `merchants.too_many_staff`."""
    return OfferBody.of(await staff.accept(conn, resident=resident, invitation=invitation_id))


@post("/me/invitations/{invitation_id:uuid}/decline", opt=RESIDENT, status_code=204)
async def decline(conn: edge.Conn, resident: Me, invitation_id: FromPath[UUID]) -> None:
    """Do not work there."""
    await staff.decline(conn, resident=resident, invitation=invitation_id)


@get("/shops/{shop_id:uuid}/limits", opt=RESIDENT)
async def show_limits(reader: edge.Reader, resident: Me, shop_id: FromPath[UUID]) -> LimitsBody:
    """What the cashiers of the shop may do."""
    shop = await merchants.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.CHARGE)
    return LimitsBody((await staff.limits_of(reader, shop=shop.id)).cashier_refund_max)


@put("/shops/{shop_id:uuid}/limits", opt=RESIDENT)
async def set_limits(conn: edge.Conn, resident: Me, shop_id: FromPath[UUID], data: JSONBody[LimitsBody]) -> LimitsBody:
    """Change it; it counts from the next refund on. For owner and managers."""
    shop = await merchants.shop_for(conn, resident=resident.id, shop=shop_id, act=Act.MANAGE)
    await staff.set_limits(conn, shop=shop.id, limits=staff.Limits(data.cashier_refund_max))
    return data


_handlers: list[Any] = [
    list_staff, invite, withdraw, change, remove, my_invitations, accept, decline, show_limits, set_limits,
]  # fmt: skip
router = edge.api(*_handlers, tags=["Staff"])
