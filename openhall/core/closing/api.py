"""The JSON API of closing one's account."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.status_codes import HTTP_200_OK
from msgspec import Struct

from openhall.base import money
from openhall.base.config import Settings
from openhall.core import people
from openhall.core.closing.actions import closing
from openhall.core.closing.types import Found
from openhall.web import edge
from openhall.web.render import language_of, translate

AnyRequest = Request[Any, Any, Any]


class ObstacleBody(Struct, frozen=True):
    """One thing that has to be done first. `title` and `remedy` are words in your language for the `code`, `href` is
    the page where to do something about it; `amount` is in minor units, null where it is not about money."""

    code: str
    title: str
    remedy: str
    count: int
    amount: int | None
    href: str


class ClosingBody(Struct, frozen=True):
    """Whether your account can close now, and what is in the way. For `rest_days` after its closing the hall can take
    it back; after `keep_days` your name, number, address and national id are erased."""

    can_close: bool
    obstacles: list[ObstacleBody]
    rest_days: int
    keep_days: int


class ClosedBody(Struct, frozen=True):
    """Your account is closed. Until `rest_until` the hall can take that back, and nobody joins with its number; from
    `keep_until` on your name is erased."""

    closed_at: datetime
    rest_until: datetime
    keep_until: datetime


def told(request: AnyRequest, settings: Settings, found: Sequence[Found]) -> list[ObstacleBody]:
    """What is in the way, in the reader's words."""
    language = language_of(request)

    def words(msgid: str, one: Found) -> str:
        amount = money.format(one.amount or 0, settings.currency, language)
        return translate(request, language, msgid).format(count=one.count, amount=amount)

    return [
        ObstacleBody(
            code=one.obstacle.code,
            title=words(one.obstacle.title, one),
            remedy=words(one.obstacle.remedy, one),
            count=one.count,
            amount=one.amount,
            href=one.obstacle.href,
        )
        for one in found
    ]


@get("/me/closing", opt=edge.RESIDENT)
async def show_closing(
    request: AnyRequest, reader: edge.Reader, settings: edge.HallSettings, resident: NamedDependency[people.Resident]
) -> ClosingBody:
    """What stands in the way of closing your account. Take a copy of your data first (`GET /me/export`)."""
    found = await closing.in_the_way(reader, request.app.state.packages, resident.id)
    terms = closing.terms(settings)
    return ClosingBody(not found, told(request, settings, found), terms.rest_days, terms.keep_days)


@post("/me/closing", opt=edge.FRESH, status_code=HTTP_200_OK)
async def close(
    request: AnyRequest, conn: edge.Conn, settings: edge.HallSettings, visit: NamedDependency[people.Visit]
) -> ClosedBody:
    """Close your account. The token that asked for it ends with it, so asked again it is no longer known.

    Refusals: `people.proof_too_old`, `closing.in_the_way` (with `obstacles`).
    """
    done = await closing.close(conn, settings, request.app.state.packages, visit)
    return ClosedBody(done.closed_at, done.rest_until, done.keep_until)


router = edge.api(show_closing, close, tags=["Account"])
