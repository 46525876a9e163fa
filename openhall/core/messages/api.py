"""The JSON API of messages: the inbox, preferences, and the browsers that are rung."""

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta, Struct

from openhall.base import limits, paging
from openhall.core import messages
from openhall.core.messages import Category, views, webpush
from openhall.core.messages.wording import Voice
from openhall.core.people import Resident, Visit
from openhall.web import edge
from openhall.web.edge import RESIDENT
from openhall.web.render import language_of

Me = NamedDependency[Resident]
AnyRequest = Request[Any, Any, Any]
PAGE = 50
# Each keeps an address that the hall will call.
SUBSCRIBING = limits.Limit("messages.subscribe", 30, timedelta(hours=1))
# Each change is told by text message.
CHOOSING = limits.Limit("messages.prefer", 30, timedelta(days=1))

Unread = Annotated[bool, QueryParameter(description="Only what waits to be read.", required=False)]
Before = Annotated[UUID | None, QueryParameter(description="`next_cursor` of the page above.", required=False)]
Kind = Annotated[Category | None, QueryParameter(description="Only these.", required=False)]


class ReadAllRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """`until` is the newest message you have seen: what came after it stays unread. Null: all."""

    until: UUID | None = None


class SubscriptionRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """What `PushSubscription.toJSON()` writes."""

    endpoint: Annotated[str, Meta(min_length=1, max_length=500)]
    keys: views.KeysBody
    expirationTime: int | None = None  # noqa: N815  the browser's own spelling


@get("/messages", opt=edge.delegable("messages.read"))
async def inbox(
    request: AnyRequest,
    reader: edge.Reader,
    resident: Me,
    settings: edge.HallSettings,
    unread: Unread = False,
    before: Before = None,
    category: Kind = None,
) -> views.MessagesBody:
    """Your messages, newest first."""
    found = await messages.inbox(
        reader, resident=resident.id, unread=unread, category=category, before=before, limit=PAGE + 1
    )
    page, more = paging.cut(found, PAGE)
    language, voice = language_of(request), Voice.of(settings)
    return views.MessagesBody(
        [views.MessageBody.of(one, language, voice) for one in page],
        await messages.unread(reader, resident.id),
        more,
    )


@get("/messages/{message_id:uuid}", opt=edge.delegable("messages.read"))
async def show(
    request: AnyRequest, reader: edge.Reader, resident: Me, settings: edge.HallSettings, message_id: FromPath[UUID]
) -> views.ToldBody:
    """One of your messages, and how it reached you. Looking does not mark it as read."""
    found = await messages.message(reader, resident=resident.id, message=message_id)
    fates = await messages.fates(reader, found.id)
    return views.ToldBody.of(found, fates, language_of(request), Voice.of(settings))


@post("/messages/{message_id:uuid}/read", opt=RESIDENT, status_code=200)
async def read(conn: edge.Conn, resident: Me, message_id: FromPath[UUID]) -> views.ReadBody:
    """Note that you read it. The first time counts. Anybody else's: 404."""
    was_unread = await messages.read(conn, resident=resident.id, message=message_id)
    return views.ReadBody(int(was_unread))


@post("/messages/read-all", opt=RESIDENT, status_code=200)
async def read_all(conn: edge.Conn, resident: Me, data: JSONBody[ReadAllRequest]) -> views.ReadBody:
    """Note that you read everything, up to the newest that you have seen."""
    return views.ReadBody(await messages.read_all(conn, resident=resident.id, until=data.until))


@get("/me/message-preferences", opt=RESIDENT)
async def preferences(reader: edge.Reader, resident: Me, settings: edge.HallSettings) -> views.ChosenBody:
    """Which channels carry which messages to you, when not, and where letters go."""
    found = await messages.preferences(reader, resident.id)
    return views.ChosenBody(views.PreferencesBody.of(found), webpush.public_key(settings.secret))


@put("/me/message-preferences", opt=RESIDENT)
async def prefer(
    pool: edge.Pool,
    visit: NamedDependency[Visit],
    settings: edge.HallSettings,
    data: JSONBody[views.PreferencesBody],
) -> views.ChosenBody:
    """Choose all of it anew; every change is told to you at once, and another address for letters needs a fresh proof.

    Refusals, in this order: `hall.rate_limited`, `messages.must_stays_on`, `messages.quiet_invalid`,
    `messages.quiet_too_long`, `messages.address_invalid`, `messages.address_missing`, `people.proof_too_old`.
    """
    await limits.take(pool, CHOOSING, str(visit.resident.id))
    async with pool.write() as conn:
        kept = await messages.prefer(conn, visit, data.wish)
    return views.ChosenBody(views.PreferencesBody.of(kept), webpush.public_key(settings.secret))


@get("/me/push-subscriptions", opt=RESIDENT)
async def subscriptions(reader: edge.Reader, resident: Me) -> views.SubscriptionsBody:
    """Your browsers that are rung."""
    found = await messages.subscriptions(reader, resident.id)
    return views.SubscriptionsBody([views.SubscriptionBody.of(one) for one in found])


@post("/me/push-subscriptions", opt=RESIDENT)
async def subscribe(
    pool: edge.Pool, visit: NamedDependency[Visit], settings: edge.HallSettings, data: JSONBody[SubscriptionRequest]
) -> views.SubscriptionBody:
    """Have a browser rung, for as long as the session of this token lives. Doing it again renews it.

    Refusals: `messages.subscription_invalid`.
    """
    await limits.take(pool, SUBSCRIBING, str(visit.resident.id))
    async with pool.write() as conn:
        made = await messages.subscribe(
            conn,
            visit,
            endpoint=data.endpoint,
            p256dh=data.keys.p256dh,
            auth=data.keys.auth,
            loopback=settings.webhooks_to_loopback,
        )
    return views.SubscriptionBody.of(made)


@delete("/me/push-subscriptions/{subscription_id:uuid}", opt=RESIDENT)
async def unsubscribe(conn: edge.Conn, resident: Me, subscription_id: FromPath[UUID]) -> None:
    """Ring it no more. Refusals: `messages.subscription_not_found`."""
    await messages.unsubscribe(conn, resident=resident.id, subscription=subscription_id)


router = edge.api(
    inbox, show, read, read_all, preferences, prefer, subscriptions, subscribe, unsubscribe, tags=["Messages"]
)
