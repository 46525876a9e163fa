"""The JSON API of keys: make one for each scanner, list them, revoke them."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from openhall.city.merchants import access, keys
from openhall.city.merchants.access import Act
from openhall.city.merchants.keys import rules, views
from openhall.core.people import Resident
from openhall.web import edge
from openhall.web.edge import RESIDENT

Me = NamedDependency[Resident]


class KeyRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """A key for one scanner or program, by a name it will be known by."""

    name: str
    scopes: Annotated[list[keys.Scope], Meta(min_length=1, max_length=10)]


@post("/shops/{shop_id:uuid}/keys", opt=RESIDENT, status_code=201, responses=edge.answers(views.MadeBody))
async def make(
    request: Request[Any, Any, Any],
    data: JSONBody[KeyRequest],
    conn: edge.Conn,
    resident: Me,
    settings: edge.HallSettings,
    shop_id: FromPath[UUID],
    idempotency_key: edge.OptionalKey = None,
) -> Response[Any]:
    """A key for a scanner of the shop: a bearer token for charges and what belongs to them. It is told here and never
    again; with an Idempotency-Key a retry gets the first answer.

    Refusals: `merchants.shop_not_found`, `merchants.role_insufficient`, `merchants.shop_is_closed`,
    `merchants.key_name_invalid`, `merchants.too_many_keys`.
    """
    shop = await access.shop_for(conn, resident=resident.id, shop=shop_id, act=Act.EQUIP)
    name, scopes = rules.checked(data.name, data.scopes)

    async def act() -> views.KeyBody:
        made = await keys.make(
            conn, shop=shop.id, resident=resident.id, name=name, scopes=scopes, hall_secret=settings.secret
        )
        return views.KeyBody.of(made)

    def reveal(recorded: str) -> views.MadeBody:
        # The record of an answer holds no key.
        key = msgspec.json.decode(recorded, type=views.KeyBody)
        text = keys.text_of(settings.secret, key.id)
        return views.MadeBody(key.id, key.name, key.scopes, key.hint, key.made_at, text)

    if idempotency_key is None:
        return Response(reveal(msgspec.json.encode(await act()).decode()), status_code=201)
    return await edge.once(request, conn, key=idempotency_key, principal=resident.id, body=data, act=act, reveal=reveal)


@get("/shops/{shop_id:uuid}/keys", opt=RESIDENT)
async def listed(reader: edge.Reader, resident: Me, shop_id: FromPath[UUID]) -> views.KeysBody:
    """The keys of the shop, each with its first letters and when it was last used; and which ended because the manager
    who had made them was removed or became a cashier."""
    shop = await access.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.MANAGE)
    return views.KeysBody(
        [views.KeyBody.of(key) for key in await keys.keys_of(reader, shop=shop.id)],
        [views.EndedKeyBody.of(key) for key in await keys.ended_with_maker(reader, shop=shop.id)],
    )


@delete("/shops/{shop_id:uuid}/keys/{key_id:uuid}", opt=RESIDENT, status_code=204)
async def revoke(conn: edge.Conn, resident: Me, shop_id: FromPath[UUID], key_id: FromPath[UUID]) -> None:
    """A scanner is lost or replaced: from now on its key opens nothing. Refusal: `merchants.key_not_found`."""
    shop = await access.shop_for(conn, resident=resident.id, shop=shop_id, act=Act.MANAGE)
    await keys.revoke(conn, shop=shop.id, key=key_id)


router = edge.api(make, listed, revoke, tags=["Keys"])
