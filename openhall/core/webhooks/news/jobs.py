"""What an owner is told on the phone: that a webhook was switched off by the hall."""

from datetime import timedelta
from functools import cache
from urllib.parse import urlsplit
from uuid import UUID

from msgspec import Struct
from procrastinate import Blueprint, JobContext

from openhall.base import db
from openhall.base.config import Settings
from openhall.base.i18n import N_, Translations
from openhall.core import people
from openhall.core.webhooks.types import Why

q = db.load("openhall.core.webhooks")
tasks = Blueprint()

_TEXTS = {
    Why.GONE: N_("{hall}: your webhook at {host} said that it is gone, so it is switched off. See Webhooks."),
    Why.SILENT: N_("{hall}: your webhook at {host} took nothing for days, so it is switched off. See Webhooks."),
}
# Who reads it a day late still has most of the month in which everything is kept for the webhook.
_NEWS = timedelta(days=1)


class _Disabled(Struct, frozen=True):
    resident: UUID
    url: str
    why: Why


@cache
def _words() -> Translations:
    return Translations(["openhall.core.webhooks"])


@tasks.task(name="tell_owner", pass_context=True)
async def tell_owner(context: JobContext, *, endpoint: str) -> None:
    """Tell the owner of an endpoint that it is switched off; nothing when they know better by now."""
    pool: db.Pool = context.additional_context["pool"]
    settings: Settings = context.additional_context["settings"]
    async with pool.write() as conn:
        found = await db.maybe(conn, q.disabled_endpoint, _Disabled, id=UUID(endpoint))
        if found is None:
            return
        owner = await people.resident(conn, found.resident)
        language = owner.lang or settings.default_language
        hall = settings.hall_name_zh if language == "zh_CN" else settings.hall_name
        text = _words().text(language, _TEXTS[found.why]).format(hall=hall, host=urlsplit(found.url).hostname)
        await people.notify(conn, phone=owner.phone, text=text, lives=_NEWS)
