"""What an owner is told: that a webhook was switched off by the hall."""

from urllib.parse import urlsplit

from openhall.base import db
from openhall.base.i18n import N_
from openhall.base.telling import Template
from openhall.core import people
from openhall.core.webhooks.types import Disabled, Why

_TITLE = N_("A webhook was switched off")
_LINK = "/webhooks/{endpoint}"

GONE = Template(
    code="webhooks.gone",
    version=1,
    module="openhall.core.webhooks",
    category="must",
    title=_TITLE,
    body=N_(
        "Your webhook at {host} said that it is gone, so the hall has switched it off. If that was a mistake, switch "
        "it on again: what happened meanwhile is told then, for up to 30 days."
    ),
    short=N_("Your webhook at {host} said that it is gone, so it is switched off. See Webhooks."),
    link=_LINK,
)
SILENT = Template(
    code="webhooks.silent",
    version=1,
    module="openhall.core.webhooks",
    category="must",
    title=_TITLE,
    body=N_(
        "Your webhook at {host} took nothing for days, so the hall has switched it off. Mend your program, then switch "
        "the webhook on again: what happened meanwhile is told then, for up to 30 days."
    ),
    short=N_("Your webhook at {host} took nothing for days, so it is switched off. See Webhooks."),
    link=_LINK,
)
_BY_WHY = {Why.GONE: GONE, Why.SILENT: SILENT}


async def tell_owner(conn: db.Conn, disabled: Disabled) -> None:
    """Tell the owner of an endpoint, in the transaction that switched it off."""
    host = urlsplit(disabled.url).hostname or ""
    await people.tell(conn, disabled.resident, _BY_WHY[disabled.why], host=host, endpoint=disabled.id)
