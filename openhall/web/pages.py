"""The roof's own pages: home, what is not open yet, and the documents for developers."""

from importlib.resources import files
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from openhall.base import errors, money
from openhall.base.errors import REGISTRY
from openhall.base.i18n import LANGUAGES
from openhall.base.package import Notice
from openhall.base.telling import Sum
from openhall.core import families, ledger, payments
from openhall.core.people import Resident
from openhall.web import document, edge, manifest, reference
from openhall.web.edge import PUBLIC
from openhall.web.render import Html, language_of, translate

# The four big buttons of the home page. A package takes a place by a tile with the same name; until then the button
# leads to a page that says so and what to do instead.
SOON = frozenset({"ride", "voucher"})
RECENT = 5


@get("/", opt=PUBLIC)
async def home(
    request: Request[Any, Any, Any],
    reader: edge.Reader,
    pool: edge.Pool,
    settings: edge.HallSettings,
    visitor: NamedDependency[Resident | None],
) -> Response[Html]:
    """The first page: a welcome, the resident's own hall, or what they may do for somebody else."""
    if (acting := request.scope["state"].get("acting")) is not None:
        return await _home_for(request, reader, pool, acting)
    if visitor is None:
        return edge.page(request, "home.html", balance=None, main_tiles=[], service_tiles=[], recent=[], notices=[])
    tiles = [tile for package in request.app.state.packages for tile in package.tiles]
    sources = [source for package in request.app.state.packages for source in package.notices]
    tiles.sort(key=lambda tile: tile.order)
    return edge.page(
        request,
        "home.html",
        balance=(await ledger.balance(reader, visitor.wallet)).available,
        top_up="/wallet/card" if visitor.is_visitor and settings.cards_url else "/wallet/top-up",
        main_tiles=[tile for tile in tiles if tile.slot == "main"],
        service_tiles=[tile for tile in tiles if tile.slot == "services"],
        notices=[
            _told(notice, language_of(request))
            for source in sources
            for notice in await source(reader, resident=visitor.id, phone=visitor.phone)
        ],
        recent=await _recent(reader, visitor),
    )


async def _home_for(
    request: Request[Any, Any, Any], reader: edge.Reader, pool: edge.Pool, acting: families.Acting
) -> Response[Html]:
    """The first page while somebody acts for somebody else: theirs as far as it may be seen, and nothing of one's own.
    Whoever sees their balance looked at their wallet."""
    state = request.scope["state"]
    state["acting_here"], state["resident"] = True, acting.resident
    balance, recent = None, []
    if "wallet.read" in acting.scopes:
        async with pool.write() as conn:
            await families.look(conn, actor=state["visit"].resident.id, acting=acting, scope="wallet.read")
        balance = (await ledger.balance(reader, acting.resident.wallet)).available
        recent = await _recent(reader, acting.resident)
    return edge.page(request, "home_acting.html", balance=balance, recent=recent)


async def _recent(reader: edge.Reader, payer: Resident) -> list[dict[str, Any]]:
    paid = await payments.recent(reader, payer=payer.id, limit=RECENT)
    return [
        {
            "id": p.id,
            "title": p.payee_name,
            "amount": -p.paid,
            "at": p.at,
            "href": f"/payments/{p.id}",
            "back": p.back,
        }
        for p in paid
    ]


def _told(notice: Notice, language: str) -> dict[str, Any]:
    """A notice as the page shows it, its amounts written as the reader writes them."""
    data = {
        name: money.format(fact.amount, fact.currency, language) if isinstance(fact, Sum) else fact
        for name, fact in notice.data.items()
    }
    return {"text": notice.text, "data": data, "icon": notice.icon, "href": notice.href}


@get("/soon/{what:str}", opt=PUBLIC)
async def soon(request: Request[Any, Any, Any], what: FromPath[str]) -> Response[Html]:
    """An honest word about a button whose package this hall does not have yet."""
    if what not in SOON:
        raise errors.not_found()
    return edge.page(request, "soon.html", what=what)


@get("/docs", opt=PUBLIC)
async def docs(request: Request[Any, Any, Any]) -> Response[Html]:
    """The API for people, drawn from the very document that machines get."""
    sections = reference.sections(document.of(request.app))
    return edge.page(request, "docs.html", sections=sections, openapi_href="/api/openapi.json")


@get("/docs/errors", opt=PUBLIC)
async def docs_errors(request: Request[Any, Any, Any]) -> Response[Html]:
    """Every problem code, with its status and its words."""
    language = language_of(request)
    listed = [
        {
            "code": problem.code,
            "status": problem.kind.value,
            "title": translate(request, language, problem.title),
            "remedy": translate(request, language, problem.remedy),
        }
        for problem in REGISTRY.values()
    ]
    return edge.page(request, "docs_errors.html", errors=listed)


@get("/service-worker.js", opt=PUBLIC | {"session": "batch"})
async def service_worker() -> Response[bytes]:
    """The worker that keeps pages and is rung for messages. It stands at the top, so that it may serve every page."""
    script = files("openhall.web").joinpath("static", "js", "service-worker.js").read_bytes()
    return Response(script, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


@get("/manifest.webmanifest", opt=PUBLIC | {"session": "batch"}, media_type=manifest.MEDIA_TYPE)
async def web_manifest(settings: edge.HallSettings, lang: FromQuery[str | None] = None) -> Response[bytes]:
    """What a phone needs to put the hall on its home screen, in the language that the page asks for."""
    language = lang if lang in LANGUAGES else settings.default_language
    body = msgspec.json.encode(manifest.manifest(settings, language))
    return Response(body, media_type=manifest.MEDIA_TYPE, headers={"Cache-Control": "no-cache"})


@get("/offline", opt=PUBLIC)
async def offline(request: Request[Any, Any, Any]) -> Response[Html]:
    """What the browser's worker shows in the place of a page that it did not keep."""
    return edge.page(request, "offline.html")


router = edge.pages(home, soon, docs, docs_errors, service_worker, web_manifest, offline)
