"""The JSON API of limits."""

from typing import Annotated

from litestar import get, put
from litestar.di import NamedDependency
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK
from msgspec import Meta, Struct, structs

from openhall.base import clock, db, money
from openhall.base import limits as bounds
from openhall.base.config import Settings
from openhall.core import ledger, people
from openhall.core.payments.safety import limits, rules
from openhall.core.payments.safety.types import OwnLimits
from openhall.web import edge

Visit = NamedDependency[people.Visit]
Limit = Annotated[int, Meta(ge=0, le=money.MAX_AMOUNT, description="In minor units; more than the hall's means that.")]


class LimitsRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """The limits to set; what is left out stays."""

    no_pin_max: Limit | None = None
    payment_max: Limit | None = None
    day_max: Limit | None = None
    month_max: Limit | None = None
    new_payee_max: Limit | None = None
    new_payee_day_max: Limit | None = None


class LimitsBody(Struct, frozen=True):
    """What applies, in minor units of `currency`, and what is left of the day and the month.

    `no_pin_max`: up to this much a shop is paid without a PIN; `new_payee_*`: to whoever was not paid before.
    """

    currency: str
    no_pin_max: int
    payment_max: int
    day_max: int
    day_left: int
    month_max: int
    month_left: int
    new_payee_max: int
    new_payee_day_max: int


@get("/me/limits", opt=edge.RESIDENT)
async def show_limits(reader: edge.Reader, visit: Visit, settings: edge.HallSettings) -> LimitsBody:
    """What the resident may spend."""
    return await _body(reader, settings, visit)


@put("/me/limits", opt=edge.RESIDENT, status_code=HTTP_200_OK)
async def set_limits(
    pool: edge.Pool, data: JSONBody[LimitsRequest], visit: Visit, settings: edge.HallSettings
) -> LimitsBody:
    """Set one's own limits, below the hall's. Lowering needs no proof; raising any of them a fresh one.

    Refusals, in this order: `hall.rate_limited`, `people.proof_too_old`.
    """
    await bounds.take(pool, limits.SETTING, str(visit.resident.id))
    async with pool.write() as conn:
        await limits.set_limits(conn, settings, visit, OwnLimits(**structs.asdict(data)))
        return await _body(conn, settings, visit)


async def _body(conn: db.ReadConn, settings: Settings, visit: people.Visit) -> LimitsBody:
    found, known = await limits.limits(conn, settings, visit)
    room = rules.room_of(known, found, ledger.business_date(clock.now()))
    return LimitsBody(
        currency=settings.currency, day_left=room.day_left, month_left=room.month_left, **structs.asdict(found)
    )


router = edge.api(show_limits, set_limits, tags=["Payment safety"])
