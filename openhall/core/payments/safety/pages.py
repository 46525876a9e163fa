"""The page of payment safety: PIN, limits and freeze at one place."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import URLEncodedBody
from msgspec import Struct

from openhall.base import clock, money
from openhall.base import limits as bounds
from openhall.base.config import Settings
from openhall.base.errors import Problem, malformed
from openhall.base.i18n import N_
from openhall.core import ledger, people
from openhall.core.payments.safety import limits, rules
from openhall.core.payments.safety.types import OwnLimits
from openhall.core.people import freezes, pins
from openhall.web import edge
from openhall.web.render import Html

Visit = NamedDependency[people.Visit]
AnyRequest = Request[Any, Any, Any]

# In the order of the page, with their labels.
LABELS = {
    "no_pin_max": N_("Without PIN, to a shop"),
    "payment_max": N_("One payment"),
    "day_max": N_("In a day"),
    "month_max": N_("In a month"),
    "new_payee_max": N_("One payment to somebody new"),
    "new_payee_day_max": N_("In a day to new ones"),
}


class LimitsForm(Struct, frozen=True):
    """The limits as typed, in major units."""

    no_pin_max: str = ""
    payment_max: str = ""
    day_max: str = ""
    month_max: str = ""
    new_payee_max: str = ""
    new_payee_day_max: str = ""


@get("/me/safety", opt=edge.RESIDENT)
async def overview(
    request: AnyRequest, reader: edge.Reader, visit: Visit, settings: edge.HallSettings
) -> Response[Html]:
    """Whether there is a PIN, what the limits are, what is left of the day, and whether the account is frozen."""
    found, known = await limits.limits(reader, settings, visit)
    return edge.page(
        request,
        "payments/safety.html",
        pin=await pins.state_of(reader, visit.session.id),
        freeze=await freezes.open_of(reader, visit.resident.id),
        limits=[(LABELS[name], getattr(found, name)) for name in LABELS],
        room=rules.room_of(known, found, ledger.business_date(clock.now())),
        elder=known.elder,
        visitor=known.visitor,
    )


@get("/me/limits", opt=edge.RESIDENT)
async def form(request: AnyRequest, reader: edge.Reader, visit: Visit, settings: edge.HallSettings) -> Response[Html]:
    """The limits, to be changed."""
    found, _ = await limits.limits(reader, settings, visit)
    typed = {name: money.plain(getattr(found, name), settings.currency) for name in LABELS}
    return edge.page(request, "payments/limits.html", problem=None, **_context(settings, typed))


@post("/me/limits", opt=edge.RESIDENT, status_code=303)
async def change(
    request: AnyRequest, data: URLEncodedBody[LimitsForm], pool: edge.Pool, visit: Visit, settings: edge.HallSettings
) -> Response[Any]:
    """Set them. Raising one asks for a fresh proof first, on the page for that."""
    typed = {name: getattr(data, name) for name in LABELS}
    try:
        wished = OwnLimits(**{name: _amount(name, text, settings) for name, text in typed.items()})
        rules.refuse_beyond(settings, wished)
    except Problem as problem:
        return edge.problem_page(request, "payments/limits.html", problem, **_context(settings, typed))
    await bounds.take(pool, limits.SETTING, str(visit.resident.id))
    async with pool.write() as conn:
        await limits.set_limits(conn, settings, visit, wished)
    return edge.see_other("/me/safety")


def _amount(name: str, text: str, settings: Settings) -> int:
    try:
        amount = money.parse(text, settings.currency)
    except ValueError:
        amount = -1
    if not 0 <= amount <= money.MAX_AMOUNT:
        raise malformed(errors=[{"field": name, "message": N_("Type an amount such as 3.50")}])
    return amount


def _context(settings: Settings, typed: dict[str, str]) -> dict[str, Any]:
    hall = rules.hall_limits(settings)
    return {"rows": [(name, LABELS[name], typed[name], getattr(hall, name)) for name in LABELS]}


router = edge.pages(overview, form, change)
