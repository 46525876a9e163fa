"""The pages of webhooks: my webhooks, a new one with its key, one of them with its log, one delivery."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from msgspec import Struct, structs

from openhall.base import clock, ids, limits, paging
from openhall.base.errors import Problem
from openhall.base.i18n import N_
from openhall.core import webhooks
from openhall.core.people import Resident
from openhall.core.webhooks import problems
from openhall.core.webhooks.api import MAKING, REPLAYING, sources_of
from openhall.core.webhooks.rules import message_id
from openhall.core.webhooks.types import Error
from openhall.web import edge
from openhall.web.edge import RESIDENT
from openhall.web.render import Html, language_of, translate

AnyRequest = Request[Any, Any, Any]
Me = NamedDependency[Resident]
PAGE = 20
_NEW = "/webhooks/new"

STATES = {
    "active": N_("Is told"),
    "paused": N_("Paused"),
    "disabled": N_("Switched off"),
}
DELIVERIES = {
    "pending": N_("Waiting"),
    "delivered": N_("Delivered"),
    "failed": N_("Not delivered"),
}
ERRORS = {
    Error.UNRESOLVED: N_("The name was not found"),
    Error.FORBIDDEN: N_("The address is not public"),
    Error.UNREACHABLE: N_("Nobody was there"),
    Error.UNTRUSTED: N_("The certificate is not valid"),
    Error.TIMEOUT: N_("No answer in 15 seconds"),
    Error.BROKEN: N_("The answer broke off"),
}
# Spans of time for which a person may ask that everything undelivered be sent again, in hours.
SPANS = {
    "1": N_("Last hour"),
    "24": N_("The last 24 hours"),
    "72": N_("Last three days"),
    "720": N_("Last thirty days"),
}


class WebhookForm(Struct, frozen=True):
    """A webhook as it was typed. No event chosen means all."""

    url: str = ""
    events: list[str] | str = []  # a form with one box ticked sends a single word
    request_key: str = ""

    @property
    def chosen(self) -> list[str]:
        return [self.events] if isinstance(self.events, str) else self.events


class KeyForm(Struct, frozen=True):
    """A wish for a new key."""

    request_key: str = ""


class RangeForm(Struct, frozen=True):
    """How many hours back."""

    hours: str = ""


@get("/webhooks", opt=RESIDENT)
async def mine(request: AnyRequest, reader: edge.Reader, resident: Me) -> Response[Html]:
    """Every webhook of the resident."""
    found = await webhooks.endpoints_of(reader, resident=resident.id)
    return edge.page(request, "webhooks/list.html", webhooks=found, states=_words(request, STATES))


@get(_NEW, opt=RESIDENT)
async def new(
    request: AnyRequest, reader: edge.Reader, resident: Me, request_key: FromQuery[str] = ""
) -> Response[Any]:
    """Where, and what."""
    key = await edge.key_of_form(reader, _NEW, request_key, resident.id)
    if isinstance(key, Response):
        return key
    return edge.page(request, "webhooks/new.html", problem=None, **_form(request, WebhookForm(request_key=key)))


@post(_NEW, opt=RESIDENT, status_code=200)
async def create(
    request: AnyRequest, data: URLEncodedBody[WebhookForm], pool: edge.Pool, settings: edge.HallSettings, resident: Me
) -> Response[Html]:
    """Make it, and show its key, this once. The hidden key makes a double tap one webhook."""
    sources, url = sources_of(request), data.url.strip()
    try:
        wanted = webhooks.checked(
            url=url, events=data.chosen or ["*"], sources=sources, loopback=settings.webhooks_to_loopback
        )
        await limits.take(pool, MAKING, str(resident.id))
        async with pool.write() as conn:

            async def act() -> str:
                made = await webhooks.create(conn, resident=resident.id, url=url, events=wanted, sources=sources)
                return _recorded(made)

            made = await edge.once_form(request, conn, key=data.request_key, principal=resident.id, body=data, act=act)
    except Problem as problem:
        made = problem
    if isinstance(made, Problem):
        again = structs.replace(data, request_key=str(ids.new()))
        return edge.problem_page(request, "webhooks/new.html", made, **_form(request, again))
    return _key_page(request, made, rotated=False)


@get("/webhooks/{webhook_id:uuid}", opt=RESIDENT)
async def show(
    request: AnyRequest,
    reader: edge.Reader,
    resident: Me,
    webhook_id: FromPath[UUID],
    cursor: FromQuery[UUID | None] = None,
    replayed: FromQuery[int | None] = None,
) -> Response[Html]:
    """One webhook and its log, newest first."""
    found = await webhooks.find(reader, resident=resident.id, endpoint=webhook_id)
    log = await webhooks.deliveries(reader, resident=resident.id, endpoint=webhook_id, before=cursor, limit=PAGE + 1)
    page, more = paging.cut(log, PAGE)
    return edge.page(
        request,
        "webhooks/webhook.html",
        webhook=found,
        is_slow=found.slow_until is not None and found.slow_until > clock.now(),
        titles=_titles(request),
        deliveries=page,
        next_cursor=more,
        is_first=cursor is None,
        replayed=replayed,
        spans=_words(request, SPANS),
        states=_words(request, STATES | DELIVERIES),
        errors=_words(request, ERRORS),
    )


@get("/webhooks/{webhook_id:uuid}/deliveries/{delivery_id:uuid}", opt=RESIDENT)
async def delivery(
    request: AnyRequest, reader: edge.Reader, resident: Me, webhook_id: FromPath[UUID], delivery_id: FromPath[UUID]
) -> Response[Html]:
    """One delivery: what is sent, and every attempt."""
    found = await webhooks.delivery(reader, resident=resident.id, endpoint=webhook_id, delivery=delivery_id)
    return edge.page(
        request,
        "webhooks/delivery.html",
        delivery=found,
        message=message_id(found.id),
        title=_titles(request).get(found.type, found.type),
        body=msgspec.json.format(await webhooks.body_of(reader, found), indent=2),
        attempts=await webhooks.attempts_of(reader, found),
        states=_words(request, DELIVERIES),
        errors=_words(request, ERRORS),
    )


@post("/webhooks/{webhook_id:uuid}/deliveries/{delivery_id:uuid}/replay", opt=RESIDENT, status_code=303)
async def replay(
    pool: edge.Pool, resident: Me, webhook_id: FromPath[UUID], delivery_id: FromPath[UUID]
) -> Response[str]:
    """Send it again."""
    await limits.take(pool, REPLAYING, str(resident.id))
    async with pool.write() as conn:
        await webhooks.replay(conn, resident=resident.id, endpoint=webhook_id, delivery=delivery_id)
    return edge.see_other(f"/webhooks/{webhook_id}/deliveries/{delivery_id}")


@post("/webhooks/{webhook_id:uuid}/replay", opt=RESIDENT, status_code=303)
async def replay_range(
    data: URLEncodedBody[RangeForm], pool: edge.Pool, resident: Me, webhook_id: FromPath[UUID]
) -> Response[str]:
    """Send again what was not delivered in the last hours."""
    await limits.take(pool, REPLAYING, str(resident.id))
    async with pool.write() as conn:
        await webhooks.find(conn, resident=resident.id, endpoint=webhook_id)
        if data.hours not in SPANS:
            raise problems.range_invalid()
        now = clock.now()
        count = await webhooks.replay_range(
            conn,
            resident=resident.id,
            endpoint=webhook_id,
            since=now - timedelta(hours=int(data.hours)),
            until=now,
            delivered=False,
        )
    return edge.see_other(f"/webhooks/{webhook_id}", replayed=str(count))


@post("/webhooks/{webhook_id:uuid}/rotate", opt=RESIDENT, status_code=200)
async def rotate(
    request: AnyRequest, data: URLEncodedBody[KeyForm], pool: edge.Pool, resident: Me, webhook_id: FromPath[UUID]
) -> Response[Html]:
    """A new key, shown this once."""
    async with pool.write() as conn:
        await webhooks.find(conn, resident=resident.id, endpoint=webhook_id)
    await limits.take(pool, MAKING, str(resident.id))
    async with pool.write() as conn:

        async def act() -> str:
            made = await webhooks.rotate(conn, resident=resident.id, endpoint=webhook_id)
            return _recorded(made)

        made = await edge.once_form(request, conn, key=data.request_key, principal=resident.id, body=data, act=act)
    if isinstance(made, Problem):
        raise made
    return _key_page(request, made, rotated=True)


@post("/webhooks/{webhook_id:uuid}/pause", opt=RESIDENT, status_code=303)
async def pause(conn: edge.Conn, resident: Me, webhook_id: FromPath[UUID]) -> Response[str]:
    """Tell it nothing for now."""
    await webhooks.pause(conn, resident=resident.id, endpoint=webhook_id)
    return edge.see_other(f"/webhooks/{webhook_id}")


@post("/webhooks/{webhook_id:uuid}/resume", opt=RESIDENT, status_code=303)
async def resume(conn: edge.Conn, resident: Me, webhook_id: FromPath[UUID]) -> Response[str]:
    """Tell it again, from where it was left."""
    await webhooks.resume(conn, resident=resident.id, endpoint=webhook_id)
    return edge.see_other(f"/webhooks/{webhook_id}")


@get("/webhooks/{webhook_id:uuid}/delete", opt=RESIDENT)
async def ask_delete(
    request: AnyRequest, reader: edge.Reader, resident: Me, webhook_id: FromPath[UUID]
) -> Response[Html]:
    """Ask once more: the log goes with it."""
    found = await webhooks.find(reader, resident=resident.id, endpoint=webhook_id)
    return edge.page(request, "webhooks/delete.html", webhook=found)


@post("/webhooks/{webhook_id:uuid}/delete", opt=RESIDENT, status_code=303)
async def remove(conn: edge.Conn, resident: Me, webhook_id: FromPath[UUID]) -> Response[str]:
    """Delete it."""
    await webhooks.delete(conn, resident=resident.id, endpoint=webhook_id)
    return edge.see_other("/webhooks")


def _words(request: AnyRequest, msgids: dict[Any, str]) -> dict[str, str]:
    language = language_of(request)
    return {str(name): translate(request, language, msgid) for name, msgid in msgids.items()}


def _titles(request: AnyRequest) -> dict[str, str]:
    """What can be told, by type, in the language of the page."""
    return _words(request, {one.type: one.title for one in webhooks.told(sources_of(request))})


def _form(request: AnyRequest, form: WebhookForm) -> dict[str, Any]:
    return {"url": form.url, "chosen": form.chosen, "events": _titles(request), "request_key": form.request_key}


def _recorded(made: webhooks.Key) -> str:
    """What is kept of a form's answer: where to go, and the salt of the key, which tells nobody the key."""
    return f"/webhooks/{made.id}#{made.salt}"


def _key_page(request: AnyRequest, made: str, *, rotated: bool) -> Response[Html]:
    path, _, salt = made.partition("#")
    secret = webhooks.secret(request.app.state.settings.secret, salt)
    return edge.page(request, "webhooks/key.html", path=path, secret=secret, rotated=rotated)


router = edge.pages(mine, new, create, show, delivery, replay, replay_range, rotate, pause, resume, ask_delete, remove)
