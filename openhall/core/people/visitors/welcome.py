"""What the visitors' page says, for all who show it."""

from typing import Any

from openhall.base.config import Settings
from openhall.core.people.passkeys.verify import site


def about(settings: Settings, *, email: str = "", name: str = "") -> dict[str, Any]:
    """What the page says: the hall's ways and limits, and what was typed."""
    return {
        "origin": site(settings).origin,
        "email": email,
        "name": name,
        "by_email": bool(settings.mail_url),
        "most": settings.visitor_payment_max,
        "month_most": settings.visitor_month_max,
    }
