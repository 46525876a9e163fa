"""The page of the copy: take my data with me."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import URLEncodedBody
from litestar.response import Stream
from msgspec import Struct

from openhall.base.errors import malformed
from openhall.core.consent.exports import Form
from openhall.core.consent.exports.api import copy_for, taken
from openhall.core.people import Resident
from openhall.web import edge
from openhall.web.render import Html

AnyRequest = Request[Any, Any, Any]
Me = NamedDependency[Resident]


class ExportForm(Struct, frozen=True):
    """In which form."""

    format: str = ""


@get("/me/export", opt=edge.RESIDENT)
async def show(request: AnyRequest, settings: edge.HallSettings, resident: Me) -> Response[Html]:
    """What is in the copy, what is not and why, and the two buttons."""
    copy = copy_for(request, resident)
    # The names of tables are for programs, which find them in the copy; several of them may have the same reason.
    reasons = list(dict.fromkeys(copy.withheld.values()))
    return edge.page(
        request, "consent/export.html", parts=len(copy.parts), withheld=reasons, per_day=settings.exports_per_day
    )


@post("/me/export", opt=edge.FRESH, status_code=200)
async def take(
    request: AnyRequest, pool: edge.Pool, settings: edge.HallSettings, resident: Me, data: URLEncodedBody[ExportForm]
) -> Stream:
    """The copy itself, after a fresh proof."""
    try:
        form = Form(data.format)
    except ValueError:
        raise malformed() from None
    return await taken(request, pool, settings, resident, form)


router = edge.pages(show, take)
