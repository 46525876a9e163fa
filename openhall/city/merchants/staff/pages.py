"""The pages of staff: who works at a shop, inviting somebody, and the invitation as whoever was invited sees it."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from msgspec import Struct

from openhall.base import db, limits, money
from openhall.base.errors import Problem, malformed
from openhall.base.i18n import N_
from openhall.city import merchants
from openhall.city.merchants import Act, Role, categories, staff
from openhall.city.merchants.pages import shown
from openhall.city.merchants.staff.api import INVITING
from openhall.core.people import Resident
from openhall.web import edge
from openhall.web.edge import RESIDENT
from openhall.web.render import Html

AnyRequest = Request[Any, Any, Any]
Me = NamedDependency[Resident]

ROLES = {Role.CASHIER: N_("Cashier"), Role.MANAGER: N_("Manager"), Role.OWNER: N_("Owner")}


class InviteForm(Struct, frozen=True):
    """Whom, as what, and what receipts call them."""

    phone: str = ""
    role: str = ""
    shown_as: str = ""


class WorkerForm(Struct, frozen=True):
    """What somebody is from now on."""

    role: str = ""
    shown_as: str = ""


class LimitsForm(Struct, frozen=True):
    """What each cashier may give back in one shift, as typed."""

    amount: str = ""


@get("/shops/{shop_id:uuid}/staff", opt=RESIDENT)
async def list_staff(
    request: AnyRequest, reader: edge.Reader, resident: Me, settings: edge.HallSettings, shop_id: FromPath[UUID]
) -> Response[Html]:
    """Who works there, who is asked to, and what cashiers may give back."""
    return await _list(request, reader, resident, settings.currency, shop_id)


async def _list(
    request: AnyRequest,
    reader: db.ReadConn,
    resident: Resident,
    currency: str,
    shop_id: UUID,
    problem: Problem | None = None,
    typed: str | None = None,
) -> Response[Html]:
    shop = await merchants.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.STAFF)
    most = (await staff.limits_of(reader, shop=shop.id)).cashier_refund_max
    context: dict[str, Any] = {
        "shop": shown(request, shop),
        "staff": await staff.staff_of(reader, shop=shop.id),
        "invitations": await staff.invitations_of(reader, shop=shop.id),
        "roles": ROLES,
        "limit": money.plain(most, currency) if typed is None else typed,
    }
    if problem is not None:
        return edge.problem_page(request, "merchants/staff.html", problem, **context)
    return edge.page(request, "merchants/staff.html", problem=None, **context)


@post("/shops/{shop_id:uuid}/limits", opt=RESIDENT, status_code=303)
async def set_limits(
    request: AnyRequest,
    conn: edge.Conn,
    resident: Me,
    settings: edge.HallSettings,
    shop_id: FromPath[UUID],
    data: URLEncodedBody[LimitsForm],
) -> Response[Any]:
    """Change what cashiers may give back."""
    shop = await merchants.shop_for(conn, resident=resident.id, shop=shop_id, act=Act.EQUIP)
    try:
        # Nothing at all is an answer here too, and no amount to pay.
        nothing = not data.amount.strip("0. ")
        amount = 0 if data.amount and nothing else edge.amount_of(data.amount, settings.currency)
    except Problem as problem:
        return await _list(request, conn, resident, settings.currency, shop_id, problem, data.amount)
    await staff.set_limits(conn, shop=shop.id, limits=staff.Limits(amount))
    return edge.see_other(f"/shops/{shop_id}/staff")


@get("/shops/{shop_id:uuid}/staff/invite", opt=RESIDENT)
async def inviting(request: AnyRequest, reader: edge.Reader, resident: Me, shop_id: FromPath[UUID]) -> Response[Html]:
    """A number, a role, a name for receipts."""
    shop = await merchants.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.HIRE)
    return _invite_page(request, shop, InviteForm(role=Role.CASHIER))


@post("/shops/{shop_id:uuid}/staff/invite", opt=RESIDENT, status_code=303)
async def invite(
    request: AnyRequest, pool: edge.Pool, resident: Me, shop_id: FromPath[UUID], data: URLEncodedBody[InviteForm]
) -> Response[Any]:
    """Ask them. Asking twice is asking once."""
    async with pool.read() as reader:
        shop = await merchants.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.STAFF)
    try:
        await limits.take(pool, INVITING, str(shop_id))
        role = _role(data.role)
        async with pool.write() as conn:
            shop = await merchants.shop_for(conn, resident=resident.id, shop=shop_id, act=Act.STAFF)
            await staff.invite(conn, shop=shop, by=resident, phone=data.phone, role=role, shown_as=data.shown_as)
    except Problem as problem:
        return _invite_page(request, shop, data, problem)
    return edge.see_other(f"/shops/{shop_id}/staff")


def _role(text: str) -> Role:
    if text not in (Role.MANAGER, Role.CASHIER):
        raise malformed(errors=[{"field": "role", "message": N_("Choose a role")}])
    return Role(text)


def _invite_page(
    request: AnyRequest, shop: merchants.Workplace, typed: InviteForm, problem: Problem | None = None
) -> Response[Html]:
    context: dict[str, Any] = {"shop": shown(request, shop), "typed": typed, "roles": ROLES, "may": _may(shop)}
    if problem is not None:
        return edge.problem_page(request, "merchants/invite.html", problem, **context)
    return edge.page(request, "merchants/invite.html", problem=None, **context)


def _may(shop: merchants.Workplace) -> list[Role]:
    """The roles that whoever looks may give."""
    return [role for role in (Role.CASHIER, Role.MANAGER) if staff.may_appoint(shop.role, role)]


@post("/shops/{shop_id:uuid}/invitations/{invitation_id:uuid}/withdraw", opt=RESIDENT, status_code=303)
async def withdraw(
    conn: edge.Conn, resident: Me, shop_id: FromPath[UUID], invitation_id: FromPath[UUID]
) -> Response[str]:
    """Nobody can accept it any more."""
    shop = await merchants.shop_for(conn, resident=resident.id, shop=shop_id, act=Act.STAFF)
    await staff.withdraw(conn, shop=shop, by=resident.id, invitation=invitation_id)
    return edge.see_other(f"/shops/{shop_id}/staff")


@get("/shops/{shop_id:uuid}/staff/{staff_id:uuid}", opt=RESIDENT)
async def worker_page(
    request: AnyRequest, reader: edge.Reader, resident: Me, shop_id: FromPath[UUID], staff_id: FromPath[UUID]
) -> Response[Html]:
    """One of those who work there."""
    shop = await merchants.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.STAFF)
    return await _worker_page(request, reader, shop, staff_id)


@post("/shops/{shop_id:uuid}/staff/{staff_id:uuid}", opt=RESIDENT, status_code=303)
async def change(
    request: AnyRequest,
    conn: edge.Conn,
    resident: Me,
    shop_id: FromPath[UUID],
    staff_id: FromPath[UUID],
    data: URLEncodedBody[WorkerForm],
) -> Response[Any]:
    """Another role, another name on receipts."""
    shop = await merchants.shop_for(conn, resident=resident.id, shop=shop_id, act=Act.STAFF)
    # Who is not there is no matter of what was typed.
    await staff.worker(conn, shop=shop.id, worker=staff_id)
    try:
        role = _role(data.role)
        await staff.change(conn, shop=shop, by=resident.id, worker=staff_id, role=role, shown_as=data.shown_as)
    except Problem as problem:
        return await _worker_page(request, conn, shop, staff_id, problem, data)
    return edge.see_other(f"/shops/{shop_id}/staff")


async def _worker_page(
    request: AnyRequest,
    reader: db.ReadConn,
    shop: merchants.Workplace,
    staff_id: UUID,
    problem: Problem | None = None,
    typed: WorkerForm | None = None,
) -> Response[Html]:
    worker = await staff.worker(reader, shop=shop.id, worker=staff_id)
    context: dict[str, Any] = {
        "shop": shown(request, shop),
        "worker": worker,
        "typed": typed or WorkerForm(worker.role, worker.shown_as or ""),
        "roles": ROLES,
        "may": _may(shop) if staff.may_appoint(shop.role, worker.role) else [],
    }
    if problem is not None:
        return edge.problem_page(request, "merchants/worker.html", problem, **context)
    return edge.page(request, "merchants/worker.html", problem=None, **context)


@post("/shops/{shop_id:uuid}/staff/{staff_id:uuid}/remove", opt=RESIDENT, status_code=303)
async def remove(conn: edge.Conn, resident: Me, shop_id: FromPath[UUID], staff_id: FromPath[UUID]) -> Response[str]:
    """They work there no more."""
    shop = await merchants.shop_for(conn, resident=resident.id, shop=shop_id, act=Act.STAFF)
    await staff.remove(conn, shop=shop, by=resident.id, worker=staff_id)
    return edge.see_other(f"/shops/{shop_id}/staff")


@get("/shops/{shop_id:uuid}/leave", opt=RESIDENT)
async def leaving(request: AnyRequest, reader: edge.Reader, resident: Me, shop_id: FromPath[UUID]) -> Response[Html]:
    """A last look before somebody leaves a shop by themselves."""
    shop = await merchants.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.LOOK)
    return edge.page(request, "merchants/leave.html", shop=shown(request, shop))


@post("/shops/{shop_id:uuid}/leave", opt=RESIDENT, status_code=303)
async def leave(conn: edge.Conn, resident: Me, shop_id: FromPath[UUID]) -> Response[str]:
    """Leave it; an owner has nothing to leave, and stays."""
    shop = await merchants.shop_for(conn, resident=resident.id, shop=shop_id, act=Act.LOOK)
    for worker in await staff.staff_of(conn, shop=shop.id):
        if worker.resident == resident.id:
            await staff.remove(conn, shop=shop, by=resident.id, worker=worker.id)
    return edge.see_other("/shops")


@get("/invitations/{invitation_id:uuid}", opt=RESIDENT)
async def invitation(
    request: AnyRequest, reader: edge.Reader, resident: Me, invitation_id: FromPath[UUID]
) -> Response[Html]:
    """Which shop asks, and for what."""
    offer = await staff.invitation_for(reader, resident=resident, invitation=invitation_id)
    return edge.page(
        request, "merchants/invitation.html", offer=offer, category=categories.title(offer.category), roles=ROLES
    )


@post("/invitations/{invitation_id:uuid}/accept", opt=RESIDENT, status_code=303)
async def accept(conn: edge.Conn, resident: Me, invitation_id: FromPath[UUID]) -> Response[str]:
    """Work there."""
    offer = await staff.accept(conn, resident=resident, invitation=invitation_id)
    return edge.see_other(f"/shops/{offer.shop}")


@post("/invitations/{invitation_id:uuid}/decline", opt=RESIDENT, status_code=303)
async def decline(conn: edge.Conn, resident: Me, invitation_id: FromPath[UUID]) -> Response[str]:
    """Do not."""
    await staff.decline(conn, resident=resident, invitation=invitation_id)
    return edge.see_other("/shops")


router = edge.pages(
    list_staff, set_limits, inviting, invite, withdraw, worker_page, change, remove, leaving, leave, invitation,
    accept, decline,
)  # fmt: skip
