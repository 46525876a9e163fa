"""The pages of trust: check a code, the printings of a shop, another name."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from msgspec import Struct

from openhall.base import db
from openhall.base.errors import Problem
from openhall.city.merchants import access, categories, trust
from openhall.city.merchants.access import Act
from openhall.city.merchants.api import hall_of
from openhall.city.merchants.pages import shown
from openhall.city.merchants.trust.api import RENAMING, REPLACING, looked_up, to_change
from openhall.core.people import Resident
from openhall.web import edge
from openhall.web.edge import PUBLIC, RESIDENT
from openhall.web.render import Html, language_of, translate

AnyRequest = Request[Any, Any, Any]
Me = NamedDependency[Resident]


class ReplaceForm(Struct, frozen=True):
    """The short code of the printing that is to stop."""

    replaces: str = ""


class NameForm(Struct, frozen=True):
    """The new name, as typed."""

    shop_name: str = ""


@get("/check", opt=PUBLIC)
async def check(
    request: AnyRequest,
    pool: edge.Pool,
    visitor: NamedDependency[Resident | None],
    code: FromQuery[str] = "",
) -> Response[Html]:
    """Scan or type a code and learn whose it is; for anybody, signed in or not."""
    if not code.strip():
        return edge.page(request, "merchants/check.html", found=None, problem=None, code="")
    try:
        found = await looked_up(request, pool, visitor, code)
    except Problem as problem:
        return edge.problem_page(request, "merchants/check.html", problem, found=None, code=code)
    shown = {
        "name": found.name,
        "district": found.city,
        "category": translate(request, language_of(request), categories.title(found.category)),
        "short_code": found.short_code,
        "standing": found.standing.value,
        "issued_at": found.issued_at,
        "revoked_at": found.revoked_at,
        "mine": found.shop if visitor and await _works_there(pool, visitor.id, found.shop) else None,
    }
    return edge.page(request, "merchants/check.html", found=shown, problem=None, code=code)


async def _works_there(pool: db.Pool, resident: UUID, shop: UUID) -> bool:
    async with pool.read() as reader:
        try:
            await access.shop_for(reader, resident=resident, shop=shop, act=Act.LOOK)
        except Problem:
            return False
    return True


@get("/shops/{shop_id:uuid}/codes", opt=RESIDENT)
async def printings(request: AnyRequest, reader: edge.Reader, resident: Me, shop_id: FromPath[UUID]) -> Response[Html]:
    """The printed code, and those before it."""
    shop = await access.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.MANAGE)
    sheets = await trust.printings(reader, shop=shop.id)
    return edge.page(request, "merchants/codes.html", shop=shown(request, shop), sheets=sheets)


@get("/shops/{shop_id:uuid}/codes/{short_code:str}/replace", opt=RESIDENT)
async def replacing(
    request: AnyRequest, reader: edge.Reader, resident: Me, shop_id: FromPath[UUID], short_code: FromPath[str]
) -> Response[Any]:
    """A last look before the printing stops; one that has stopped already is shown among the others."""
    shop = await access.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.EQUIP)
    present = (await trust.printings(reader, shop=shop.id))[0]
    if present.short_code != short_code or present.revoked_at is not None:
        return edge.see_other(f"/shops/{shop_id}/codes")
    return edge.page(request, "merchants/code_replace.html", shop=shop, sheet=present)


@post("/shops/{shop_id:uuid}/codes", opt=RESIDENT, status_code=303)
async def replace(
    pool: edge.Pool,
    resident: Me,
    settings: edge.HallSettings,
    shop_id: FromPath[UUID],
    data: URLEncodedBody[ReplaceForm],
) -> Response[str]:
    """Stop the printing and make a new one. The form names the old one, so that a double tap makes one."""
    shop = await to_change(pool, resident.id, shop_id, Act.MANAGE, REPLACING)
    async with pool.write() as conn:
        await trust.replace_code(conn, shop=shop, replaces=data.replaces, resident=resident.id, hall=hall_of(settings))
    return edge.see_other(f"/shops/{shop_id}/codes")


@get("/shops/{shop_id:uuid}/name", opt=RESIDENT)
async def name_form(request: AnyRequest, reader: edge.Reader, resident: Me, shop_id: FromPath[UUID]) -> Response[Html]:
    """Another name for the shop."""
    shop = await access.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.STEER)
    return edge.page(request, "merchants/name.html", shop=shop, shop_name=shop.name, problem=None)


@post("/shops/{shop_id:uuid}/name", opt=RESIDENT, status_code=303)
async def rename(
    request: AnyRequest,
    pool: edge.Pool,
    resident: Me,
    shop_id: FromPath[UUID],
    data: URLEncodedBody[NameForm],
) -> Response[Any]:
    """Call it so from now on."""
    shop = await to_change(pool, resident.id, shop_id, Act.OWN, RENAMING)
    async with pool.write() as conn:
        try:
            await trust.rename(conn, shop=shop, name=data.shop_name)
        except Problem as problem:
            return edge.problem_page(request, "merchants/name.html", problem, shop=shop, shop_name=data.shop_name)
    return edge.see_other(f"/shops/{shop_id}")


router = edge.pages(check, printings, replacing, replace, name_form, rename)
