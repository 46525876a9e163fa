"""The pages of keys: the list, a new one, its only showing."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from msgspec import Struct, structs

from openhall.base import ids
from openhall.base.errors import Problem
from openhall.base.i18n import N_
from openhall.city.merchants import access, keys, problems
from openhall.city.merchants.access import Act
from openhall.city.merchants.keys import Scope, rules
from openhall.city.merchants.pages import shown
from openhall.city.merchants.types import Workplace
from openhall.core.people import Resident
from openhall.web import edge
from openhall.web.edge import RESIDENT
from openhall.web.render import Html, language_of, translate

AnyRequest = Request[Any, Any, Any]
Me = NamedDependency[Resident]

SCOPES = {
    Scope.CHARGES: N_("Charge payers who show their pay code"),
    Scope.PAYMENTS: N_("Look what became of a payment"),
    Scope.REFUNDS: N_("Undo payments"),
}


class KeyForm(Struct, frozen=True):
    """A key as it was typed and ticked."""

    key_name: str = ""
    scopes: list[str] | str = ""
    request_key: str = ""

    @property
    def chosen(self) -> list[str]:
        """One ticked box comes as a text, several as a list."""
        return [self.scopes] if isinstance(self.scopes, str) and self.scopes else list(self.scopes)


@get("/shops/{shop_id:uuid}/keys", opt=RESIDENT)
async def listed(request: AnyRequest, reader: edge.Reader, resident: Me, shop_id: FromPath[UUID]) -> Response[Html]:
    """The keys of the shop."""
    shop = await access.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.MANAGE)
    context: dict[str, Any] = {"keys": await keys.keys_of(reader, shop=shop.id), "scopes": _words(request)}
    ended = await keys.ended_with_maker(reader, shop=shop.id)
    return edge.page(request, "merchants/keys.html", shop=shown(request, shop), ended=ended, **context)


@get("/shops/{shop_id:uuid}/keys/new", opt=RESIDENT)
async def new(
    request: AnyRequest, reader: edge.Reader, resident: Me, shop_id: FromPath[UUID], request_key: FromQuery[str] = ""
) -> Response[Any]:
    """For whom, and what it may do."""
    shop = await access.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.EQUIP)
    key = await edge.key_of_form(reader, f"/shops/{shop_id}/keys/new", request_key, resident.id)
    if isinstance(key, Response):
        return key
    typed = KeyForm(scopes=[Scope.CHARGES, Scope.PAYMENTS], request_key=key)
    return edge.page(request, "merchants/key_new.html", problem=None, **_form(request, shop, typed))


@post("/shops/{shop_id:uuid}/keys/new", opt=RESIDENT, status_code=200)
async def make(
    request: AnyRequest,
    data: URLEncodedBody[KeyForm],
    conn: edge.Conn,
    resident: Me,
    settings: edge.HallSettings,
    shop_id: FromPath[UUID],
) -> Response[Html]:
    """Make it, and show it, this once. The hidden key makes a double tap one key."""
    shop = await access.shop_for(conn, resident=resident.id, shop=shop_id, act=Act.EQUIP)

    async def act() -> str:
        made = await keys.make(
            conn, shop=shop.id, resident=resident.id, name=name, scopes=scopes, hall_secret=settings.secret
        )
        # Where to go, and which key it was, which tells nobody its text.
        return f"/shops/{shop.id}/keys#{made.id}"

    try:
        name, scopes = rules.checked(data.key_name, _scopes(data.chosen))
        made = await edge.once_form(request, conn, key=data.request_key, principal=resident.id, body=data, act=act)
    except Problem as problem:
        made = problem
    if isinstance(made, Problem):
        again = structs.replace(data, request_key=str(ids.new()))
        return edge.problem_page(request, "merchants/key_new.html", made, **_form(request, shop, again))
    text = keys.text_of(settings.secret, UUID(made.partition("#")[2]))
    return edge.page(request, "merchants/key_made.html", shop=shop, key=text)


@post("/shops/{shop_id:uuid}/keys/{key_id:uuid}/revoke", opt=RESIDENT, status_code=303)
async def revoke(conn: edge.Conn, resident: Me, shop_id: FromPath[UUID], key_id: FromPath[UUID]) -> Response[str]:
    """From now on the key opens nothing."""
    shop = await access.shop_for(conn, resident=resident.id, shop=shop_id, act=Act.MANAGE)
    await keys.revoke(conn, shop=shop.id, key=key_id)
    return edge.see_other(f"/shops/{shop.id}/keys")


def _scopes(chosen: list[str]) -> list[Scope]:
    try:
        return [Scope(scope) for scope in chosen]
    except ValueError:
        raise problems.scopes_missing() from None


def _words(request: AnyRequest) -> dict[str, str]:
    language = language_of(request)
    return {scope.value: translate(request, language, words) for scope, words in SCOPES.items()}


def _form(request: AnyRequest, shop: Workplace, typed: KeyForm) -> dict[str, Any]:
    return {
        "shop": shop,
        "scopes": _words(request),
        "chosen": typed.chosen,
        "key_name": typed.key_name,
        "request_key": typed.request_key,
    }


router = edge.pages(listed, new, make, revoke)
