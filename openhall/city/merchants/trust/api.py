"""The JSON API of trust: is this code the shop's own, replace a printed code, change a shop's name."""

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Struct

from openhall.base import db, limits
from openhall.city.merchants import access, categories, trust
from openhall.city.merchants.access import Act
from openhall.city.merchants.api import hall_of
from openhall.city.merchants.trust.types import Printing, Sheet, Standing
from openhall.city.merchants.types import Workplace
from openhall.core.people import Resident
from openhall.web import edge
from openhall.web.edge import PUBLIC, RESIDENT
from openhall.web.render import language_of, translate

AnyRequest = Request[Any, Any, Any]
Me = NamedDependency[Resident]
# So often one person, or one address without a name, looks at codes: a street of posters, and no list of all shops.
LOOKING = limits.Limit("merchants.check_code", 60, timedelta(minutes=10))
# A printing costs a short code for ever, and each change a text message.
REPLACING = limits.Limit("merchants.replace_code", 10, timedelta(days=1))
RENAMING = limits.Limit("merchants.rename_shop", 10, timedelta(days=1))
Payload = Annotated[str, QueryParameter(min_length=1, max_length=512, description="A scanned payload or nine digits.")]


class CheckedBody(Struct, frozen=True):
    """A printed code and its shop, from the hall's registry. `since` is when it was issued, or when it was replaced."""

    standing: Standing
    name: str
    district: str
    category: str
    short_code: str
    issued_at: datetime
    replaced_at: datetime | None


class SheetBody(Struct, frozen=True):
    """One printing of a shop's code; `replaced_at` is null for the present one."""

    short_code: str
    issued_at: datetime
    replaced_at: datetime | None


class SheetsBody(Struct, frozen=True):
    """The printings of a shop's code, the present one first."""

    codes: list[SheetBody]


class ReplaceRequest(Struct, frozen=True):
    """The nine digits of the printing that is to stop: a retry finds it stopped, and changes nothing."""

    replaces: str


class NameRequest(Struct, frozen=True):
    """What the shop shall be called."""

    shop_name: str


class NamedBody(Struct, frozen=True):
    """What the shop is called now."""

    id: UUID
    name: str


@get("/codes/check", opt=PUBLIC)
async def check(request: AnyRequest, pool: edge.Pool, payload: Payload) -> CheckedBody:
    """Whose a printed code is, and whether it still counts; for anybody. Nothing the code says of itself is repeated.

    Refusals: `payments.code_damaged`, `payments.code_foreign`, `payments.code_of_payer`, `payments.code_unknown`,
    `hall.rate_limited`.
    """
    found = await looked_up(request, pool, None, payload)
    category = translate(request, language_of(request), categories.title(found.category))
    return CheckedBody(
        found.standing, found.name, found.city, category, found.short_code, found.issued_at, found.revoked_at
    )


@get("/shops/{shop_id:uuid}/codes", opt=RESIDENT)
async def printings(reader: edge.Reader, resident: Me, shop_id: FromPath[UUID]) -> SheetsBody:
    """Every printing of the shop's code. For its owner and managers."""
    shop = await access.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.MANAGE)
    return listed(await trust.printings(reader, shop=shop.id))


@post("/shops/{shop_id:uuid}/codes", opt=RESIDENT, status_code=201)
async def replace(
    pool: edge.Pool, resident: Me, settings: edge.HallSettings, shop_id: FromPath[UUID], data: JSONBody[ReplaceRequest]
) -> SheetsBody:
    """Stop a printing at once and get a new one; the owner is told by text message.

    Refusals: `merchants.shop_not_found`, `merchants.role_insufficient`, `merchants.shop_is_closed`,
    `hall.rate_limited`.
    """
    shop = await to_change(pool, resident.id, shop_id, Act.MANAGE, REPLACING)
    async with pool.write() as conn:
        sheets = await trust.replace_code(
            conn, shop=shop, replaces=data.replaces, resident=resident.id, hall=hall_of(settings)
        )
    return listed(sheets)


@post("/shops/{shop_id:uuid}/name", opt=RESIDENT, status_code=200)
async def rename(pool: edge.Pool, resident: Me, shop_id: FromPath[UUID], data: JSONBody[NameRequest]) -> NamedBody:
    """Call the shop by another name. For its owner, who is told by text message. Printed codes stay valid.

    Refusals: `merchants.shop_not_found`, `merchants.role_insufficient`, `merchants.shop_is_closed`,
    `merchants.name_invalid`, `hall.rate_limited`.
    """
    shop = await to_change(pool, resident.id, shop_id, Act.OWN, RENAMING)
    async with pool.write() as conn:
        return NamedBody(shop.id, await trust.rename(conn, shop=shop, name=data.shop_name))


async def looked_up(request: AnyRequest, pool: db.Pool, visitor: Resident | None, text: str) -> Printing:
    """A code that somebody looks at, counted: one by one, nobody should learn the list of all shops."""
    host = request.client.host if request.client else ""
    await limits.take(pool, LOOKING, str(visitor.id) if visitor else host)
    async with pool.read() as reader:
        return await trust.look_up(reader, text)


async def to_change(pool: db.Pool, resident: UUID, shop_id: UUID, act: Act, limit: limits.Limit) -> Workplace:
    """The shop, for somebody who may change it; each change is counted, before it is made."""
    async with pool.read() as reader:
        shop = await access.shop_for(reader, resident=resident, shop=shop_id, act=act)
    await limits.take(pool, limit, str(shop.id))
    return shop


def listed(sheets: list[Sheet]) -> SheetsBody:
    return SheetsBody([SheetBody(sheet.short_code, sheet.issued_at, sheet.revoked_at) for sheet in sheets])


router = edge.api(check, printings, replace, rename, tags=["Trust"])
