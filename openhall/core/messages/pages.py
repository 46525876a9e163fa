"""The pages of messages: the inbox, a message, what a resident wants, and the browsers that are rung."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from msgspec import structs

from openhall.base import limits, paging
from openhall.base.errors import Problem, malformed
from openhall.base.i18n import N_
from openhall.core import messages
from openhall.core.messages import Category, Channel, Preferences, rules, views, webpush
from openhall.core.messages.api import CHOOSING, SUBSCRIBING
from openhall.core.messages.wording import Voice
from openhall.core.people import Resident, Visit
from openhall.web import edge
from openhall.web.edge import RESIDENT
from openhall.web.render import Html, language_of, translate

Me = NamedDependency[Resident]
AnyRequest = Request[Any, Any, Any]
PAGE = 30

CATEGORIES = {
    Category.MUST: N_("Important"),
    Category.CASE: N_("My affairs"),
    Category.REMINDER: N_("Reminders"),
    Category.NEWS: N_("News"),
}
MEANINGS = {
    Category.MUST: N_(
        "Sign-ins, money, changes of your account. Messages and notifications of these cannot be turned off."
    ),
    Category.CASE: N_("What happens in something you do: shops, applications, orders."),
    Category.REMINDER: N_("A date or a payment that comes near."),
    Category.NEWS: N_("What is new in the hall and the city."),
}
CHANNELS = {
    Channel.SMS: N_("Text message"),
    Channel.PUSH: N_("Notification"),
    Channel.LETTER: N_("Letter"),
}
BY_MAIL = N_("E-mail")
STATES = {
    "waiting": N_("still to be sent"),
    "sent": N_("sent"),
    "delivered": N_("delivered"),
    "failed": N_("could not be delivered"),
    "dropped": N_("not sent any more"),
}


@dataclass
class ReadAllForm:
    """The newest message that the page showed."""

    until: str = ""


@dataclass
class PreferencesForm:
    """Chosen channels as "category.channel"; times as HH:MM."""

    chosen: list[str] = field(default_factory=list)
    quiet: str = ""
    quiet_from: str = ""
    quiet_to: str = ""
    letter_to: str = ""


@dataclass
class SubscribeForm:
    """What the browser's own subscription says."""

    endpoint: str = ""
    p256dh: str = ""
    auth: str = ""


@dataclass
class BrowserForm:
    """A browser that knows its endpoint."""

    endpoint: str = ""


@get("/messages", opt=edge.delegable("messages.read"))
async def inbox(
    request: AnyRequest,
    reader: edge.Reader,
    resident: Me,
    settings: edge.HallSettings,
    category: FromQuery[str] = "",
    unread: FromQuery[str] = "",
    before: FromQuery[UUID | None] = None,
) -> Response[Html]:
    """A resident's messages, newest first."""
    only = _category(category)
    found = await messages.inbox(
        reader, resident=resident.id, unread=bool(unread), category=only, before=before, limit=PAGE + 1
    )
    page, more = paging.cut(found, PAGE)
    language, voice = language_of(request), Voice.of(settings)
    return edge.page(
        request,
        "messages/inbox.html",
        messages=[views.MessageBody.of(one, language, voice) for one in page],
        category=only.value if only else "",
        only_unread=bool(unread),
        categories=_words(request, CATEGORIES),
        next_cursor=more,
        is_first=before is None,
    )


@get("/messages/{message_id:uuid}", opt=edge.delegable("messages.read"))
async def show(
    request: AnyRequest,
    conn: edge.Conn,
    resident: Me,
    visit: NamedDependency[Visit],
    settings: edge.HallSettings,
    message_id: FromPath[UUID],
) -> Response[Html]:
    """One message. To open it is to read it, but not for somebody else: they are to see it themselves."""
    if visit.resident.id == resident.id and await messages.read(conn, resident=resident.id, message=message_id):
        # The badge was counted before the page was opened.
        state = request.scope["state"]
        state["unread"] = max(0, state.get("unread", 0) - 1)
    found = await messages.message(conn, resident=resident.id, message=message_id)
    return edge.page(
        request,
        "messages/message.html",
        message=views.MessageBody.of(found, language_of(request), Voice.of(settings)),
        category=translate(request, language_of(request), CATEGORIES[found.category]),
        fates=[fate for fate in await messages.fates(conn, found.id) if fate.channel != "inbox"],
        channels=_channels(request, resident),
        states=_words(request, STATES),
    )


@post("/messages/read-all", opt=RESIDENT, status_code=303)
async def read_all(conn: edge.Conn, resident: Me, data: URLEncodedBody[ReadAllForm]) -> Response[str]:
    """All that the page showed was read, and what is older; not what came meanwhile."""
    try:
        until = UUID(data.until)
    except ValueError:
        raise malformed() from None
    await messages.read_all(conn, resident=resident.id, until=until)
    return edge.see_other("/messages")


@get("/me/messages", opt=RESIDENT)
async def preferences(
    request: AnyRequest, reader: edge.Reader, visit: NamedDependency[Visit], saved: FromQuery[str] = ""
) -> Response[Html]:
    """What the resident wants."""
    found = await messages.preferences(reader, visit.resident.id)
    subscriptions = await messages.subscriptions(reader, visit.resident.id)
    context = _choices(request, visit.resident, found) | {"subscriptions": subscriptions}
    return edge.page(request, "messages/preferences.html", problem=None, saved=bool(saved), **context)


@post("/me/messages", opt=RESIDENT, status_code=303)
async def prefer(
    request: AnyRequest, pool: edge.Pool, visit: NamedDependency[Visit], data: URLEncodedBody[PreferencesForm]
) -> Response[Any]:
    """Keep it; the form again when it cannot be kept. Another address asks for a fresh proof, on the page for that."""
    await limits.take(pool, CHOOSING, str(visit.resident.id))
    wish = Preferences(_chosen(data), rules.QUIET, data.letter_to)
    try:
        wish = structs.replace(wish, quiet=rules.quiet(data.quiet_from, data.quiet_to) if data.quiet else None)
        async with pool.write() as conn:
            await messages.prefer(conn, visit, wish)
    except Problem as problem:
        if problem.code == "people.proof_too_old":
            raise
        async with pool.read() as reader:
            subscriptions = await messages.subscriptions(reader, visit.resident.id)
        context = _choices(request, visit.resident, wish) | {"subscriptions": subscriptions}
        return edge.problem_page(request, "messages/preferences.html", problem, saved=False, **context)
    return edge.see_other("/me/messages", saved="1")


@post("/me/push", opt=RESIDENT, status_code=204)
async def subscribe(
    pool: edge.Pool, visit: NamedDependency[Visit], settings: edge.HallSettings, data: URLEncodedBody[SubscribeForm]
) -> None:
    """Ring this browser; asked by its script."""
    await limits.take(pool, SUBSCRIBING, str(visit.resident.id))
    async with pool.write() as conn:
        await messages.subscribe(
            conn,
            visit,
            endpoint=data.endpoint,
            p256dh=data.p256dh,
            auth=data.auth,
            loopback=settings.webhooks_to_loopback,
        )


@post("/me/push/end", opt=RESIDENT, status_code=204)
async def end_here(conn: edge.Conn, resident: Me, data: URLEncodedBody[BrowserForm]) -> None:
    """Ring this browser no more; asked by its script."""
    await messages.unsubscribe_browser(conn, resident=resident.id, endpoint=data.endpoint)


@post("/me/push/{subscription_id:uuid}/end", opt=RESIDENT, status_code=303)
async def end(conn: edge.Conn, resident: Me, subscription_id: FromPath[UUID]) -> Response[str]:
    """Ring one of the browsers no more."""
    await messages.unsubscribe(conn, resident=resident.id, subscription=subscription_id)
    return edge.see_other("/me/messages")


def _category(name: str) -> Category | None:
    """An unknown one is none: all are shown."""
    return Category(name) if name in list(Category) else None


def _chosen(form: PreferencesForm) -> dict[Category, dict[Channel, bool]]:
    """What a form says. A box that cannot be unticked is not sent by the browser."""
    chosen = set(form.chosen) | {f"{Category.MUST}.{channel}" for channel in (Channel.SMS, Channel.PUSH)}
    return {category: {channel: f"{category}.{channel}" in chosen for channel in Channel} for category in Category}


def _choices(request: AnyRequest, resident: Resident, wish: Preferences) -> dict[str, Any]:
    settings = request.app.state.settings
    language = language_of(request)
    kinds = [
        {
            "name": category.value,
            "title": translate(request, language, CATEGORIES[category]),
            "text": translate(request, language, MEANINGS[category]),
            "channels": [
                {"name": channel.value, "on": on, "fixed": category is Category.MUST and channel is not Channel.LETTER}
                for channel, on in wish.wanted[category].items()
                if resident.address or channel is not Channel.SMS
            ],
        }
        for category in Category
    ]
    quiet = wish.quiet or rules.QUIET
    return {
        "kinds": kinds,
        "channels": _channels(request, resident),
        "is_quiet": wish.quiet is not None,
        "quiet_from": f"{quiet.start:%H:%M}",
        "quiet_to": f"{quiet.end:%H:%M}",
        "letter_to": wish.letter_to or "",
        "letters": bool(settings.letter_files),
        "push_key": webpush.public_key(settings.secret),
    }


def _channels(request: AnyRequest, resident: Resident) -> dict[str, str]:
    """What the ways are called. Whoever joined by e-mail gets e-mails where others get text messages."""
    by_mail = {Channel.SMS: BY_MAIL} if resident.email and not resident.phone else {}
    return _words(request, CHANNELS | by_mail)


def _words(request: AnyRequest, msgids: dict[Any, str]) -> dict[str, str]:
    language = language_of(request)
    return {str(name): translate(request, language, msgid) for name, msgid in msgids.items()}


router = edge.pages(inbox, show, read_all, preferences, prefer, subscribe, end_here, end)
