"""The JSON API of webhooks: endpoints of the resident, their keys, their log."""

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta, Struct

from openhall.base import clock, db, limits, paging
from openhall.base.package import StreamSource
from openhall.core import webhooks
from openhall.core.people import Resident
from openhall.core.webhooks import rules, views
from openhall.core.webhooks.addresses import URL_LENGTH
from openhall.web import edge
from openhall.web.edge import RESIDENT
from openhall.web.render import language_of, translate

Me = NamedDependency[Resident]
AnyRequest = Request[Any, Any, Any]
PAGE = 50
# Each makes the hall call somebody: enough for any person, and an end to a program gone wrong.
MAKING = limits.Limit("webhooks.make", 60, timedelta(hours=1))
REPLAYING = limits.Limit("webhooks.replay", 120, timedelta(hours=1))

Pattern = Annotated[str, Meta(max_length=rules.PATTERN_LENGTH)]
# Litestar keeps the name `state` for itself.
Only = Annotated[webhooks.DeliveryState | None, QueryParameter(name="state", description="Only these.", required=False)]
Cursor = Annotated[UUID | None, QueryParameter(description="`next_cursor` of the page above.", required=False)]


class WebhookRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Where to tell, and what: types of GET /webhooks/events, whole groups such as `payment.*`, or `*`."""

    url: Annotated[str, Meta(min_length=1, max_length=URL_LENGTH, description="The https address of your program.")]
    events: Annotated[list[Pattern], Meta(min_length=1, max_length=rules.MOST_EVENTS)]


class RangeRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """What to send again: what happened from `since` (else a day ago) until `until` (else now), and was not delivered.

    With `delivered` also what was.
    """

    since: Annotated[datetime, Meta(tz=True)] | None = None
    until: Annotated[datetime, Meta(tz=True)] | None = None
    delivered: bool = False


def sources_of(request: AnyRequest) -> list[StreamSource]:
    """The streams of all packages."""
    return [source for package in request.app.state.packages for source in package.streams]


@get("/webhooks/events", opt=RESIDENT)
async def events(request: AnyRequest) -> views.EventsBody:
    """What can be told."""
    told = webhooks.told(sources_of(request))
    language = language_of(request)
    return views.listed(told, {one.title: translate(request, language, one.title) for one in told})


@post("/webhooks", opt=RESIDENT, status_code=201, responses=edge.answers(views.CreatedBody))
async def create(
    request: AnyRequest,
    data: JSONBody[WebhookRequest],
    pool: edge.Pool,
    settings: edge.HallSettings,
    resident: Me,
    idempotency_key: edge.OptionalKey = None,
) -> Response[Any]:
    """Have your own program told of what happens from now on. `secret` verifies it, and is shown only here.

    With an Idempotency-Key a retry gets the first answer. Refusals, in this order: `webhooks.url_invalid`,
    `webhooks.url_not_https`, `webhooks.url_not_public`, `webhooks.events_unknown`, `webhooks.too_many_endpoints`.
    """
    sources = sources_of(request)
    wanted = webhooks.checked(url=data.url, events=data.events, sources=sources, loopback=settings.webhooks_to_loopback)
    await limits.take(pool, MAKING, str(resident.id))
    async with pool.write() as conn:

        async def act() -> webhooks.Key:
            return await webhooks.create(conn, resident=resident.id, url=data.url, events=wanted, sources=sources)

        return await _keyed(request, conn, idempotency_key, resident, data, act)


@get("/webhooks", opt=RESIDENT)
async def mine(reader: edge.Reader, resident: Me) -> views.WebhooksBody:
    """Your webhooks, oldest first."""
    found = await webhooks.endpoints_of(reader, resident=resident.id)
    return views.WebhooksBody([views.WebhookBody.of(one) for one in found])


@get("/webhooks/{webhook_id:uuid}", opt=RESIDENT)
async def show(reader: edge.Reader, resident: Me, webhook_id: FromPath[UUID]) -> views.WebhookBody:
    """One of your webhooks. Anybody else's: 404, here and below."""
    return views.WebhookBody.of(await webhooks.find(reader, resident=resident.id, endpoint=webhook_id))


@delete("/webhooks/{webhook_id:uuid}", opt=RESIDENT)
async def remove(conn: edge.Conn, resident: Me, webhook_id: FromPath[UUID]) -> None:
    """Delete it, with its key and its log."""
    await webhooks.delete(conn, resident=resident.id, endpoint=webhook_id)


@post("/webhooks/{webhook_id:uuid}/rotate", opt=RESIDENT, status_code=201, responses=edge.answers(views.CreatedBody))
async def rotate(
    request: AnyRequest,
    pool: edge.Pool,
    resident: Me,
    webhook_id: FromPath[UUID],
    idempotency_key: edge.OptionalKey = None,
) -> Response[Any]:
    """A new signing key, shown only here. For a day each request is signed with both keys; rotate twice to end the old
    one at once.
    """
    async with pool.read() as reader:
        await webhooks.find(reader, resident=resident.id, endpoint=webhook_id)
    await limits.take(pool, MAKING, str(resident.id))
    async with pool.write() as conn:

        async def act() -> webhooks.Key:
            return await webhooks.rotate(conn, resident=resident.id, endpoint=webhook_id)

        return await _keyed(request, conn, idempotency_key, resident, _Nothing(), act)


@post("/webhooks/{webhook_id:uuid}/pause", opt=RESIDENT, status_code=200)
async def pause(conn: edge.Conn, resident: Me, webhook_id: FromPath[UUID]) -> views.WebhookBody:
    """Tell it nothing for now. What happens meanwhile is told when you resume it, for up to 30 days."""
    return views.WebhookBody.of(await webhooks.pause(conn, resident=resident.id, endpoint=webhook_id))


@post("/webhooks/{webhook_id:uuid}/resume", opt=RESIDENT, status_code=200)
async def resume(conn: edge.Conn, resident: Me, webhook_id: FromPath[UUID]) -> views.WebhookBody:
    """Tell it again, from where it was left: after a pause, or after the hall disabled it."""
    return views.WebhookBody.of(await webhooks.resume(conn, resident=resident.id, endpoint=webhook_id))


@get("/webhooks/{webhook_id:uuid}/deliveries", opt=RESIDENT)
async def deliveries(
    reader: edge.Reader,
    resident: Me,
    webhook_id: FromPath[UUID],
    only: Only = None,
    cursor: Cursor = None,
) -> views.DeliveriesBody:
    """The log: one entry for each event, newest first."""
    found = await webhooks.deliveries(
        reader, resident=resident.id, endpoint=webhook_id, state=only, before=cursor, limit=PAGE + 1
    )
    page, more = paging.cut(found, PAGE)
    return views.DeliveriesBody([views.DeliveryBody.of(one) for one in page], more)


@get("/webhooks/{webhook_id:uuid}/deliveries/{delivery_id:uuid}", opt=RESIDENT)
async def delivery(
    reader: edge.Reader, resident: Me, webhook_id: FromPath[UUID], delivery_id: FromPath[UUID]
) -> views.LoggedBody:
    """One delivery: what is sent, and every attempt."""
    found = await webhooks.delivery(reader, resident=resident.id, endpoint=webhook_id, delivery=delivery_id)
    return views.LoggedBody(
        views.DeliveryBody.of(found), await webhooks.body_of(reader, found), await webhooks.attempts_of(reader, found)
    )


@post("/webhooks/{webhook_id:uuid}/deliveries/{delivery_id:uuid}/replay", opt=RESIDENT, status_code=200)
async def replay(
    pool: edge.Pool, resident: Me, webhook_id: FromPath[UUID], delivery_id: FromPath[UUID]
) -> views.DeliveryBody:
    """Send it again, under the same `webhook-id`. Doing it twice sends it once more, no matter how quickly."""
    await limits.take(pool, REPLAYING, str(resident.id))
    async with pool.write() as conn:
        again = await webhooks.replay(conn, resident=resident.id, endpoint=webhook_id, delivery=delivery_id)
    return views.DeliveryBody.of(again)


@post("/webhooks/{webhook_id:uuid}/replay", opt=RESIDENT, status_code=200)
async def replay_range(
    pool: edge.Pool, resident: Me, webhook_id: FromPath[UUID], data: JSONBody[RangeRequest]
) -> views.ReplayedBody:
    """Send a span of time again, by default what was not delivered. Refusals: `webhooks.range_invalid`."""
    now = clock.now()
    await limits.take(pool, REPLAYING, str(resident.id))
    async with pool.write() as conn:
        count = await webhooks.replay_range(
            conn,
            resident=resident.id,
            endpoint=webhook_id,
            since=data.since or now - timedelta(days=1),
            until=data.until or now,
            delivered=data.delivered,
        )
    return views.ReplayedBody(count)


class _Nothing(Struct, frozen=True):
    """The body of a request that has none."""


async def _keyed(
    request: AnyRequest, conn: db.Conn, key: str | None, resident: Resident, body: Struct, act: Any
) -> Response[Any]:
    """The answer with the signing key in it; what is recorded of it holds only the salt."""
    secret = request.app.state.settings.secret

    def reveal(recorded: str) -> views.CreatedBody:
        made = msgspec.json.decode(recorded, type=webhooks.Key)
        return views.CreatedBody(made.id, webhooks.secret(secret, made.salt))

    if key is None:
        made = await act()
        return Response(views.CreatedBody(made.id, webhooks.secret(secret, made.salt)), status_code=201)
    return await edge.once(request, conn, key=key, principal=resident.id, body=body, act=act, reveal=reveal)


router = edge.api(
    events, create, mine, show, remove, rotate, pause, resume, deliveries, delivery, replay, replay_range,
    tags=["Webhooks"],
)  # fmt: skip
