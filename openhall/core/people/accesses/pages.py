"""The page of accesses: who looked at my data."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from openhall.base import paging
from openhall.base.i18n import N_
from openhall.core.people import Resident, accesses
from openhall.core.people.accesses import Capacity
from openhall.core.people.accesses.api import told
from openhall.web import edge
from openhall.web.render import Html, language_of, translate

PAGE = 30
CAPACITIES = {
    Capacity.OPERATOR: N_("An operator of the hall"),
    Capacity.SHOP: N_("A shop you paid"),
    Capacity.RESIDENT: N_("Somebody who typed your number"),
    Capacity.FAMILY: N_("Somebody who acts for you"),
}


@get("/me/accesses", opt=edge.RESIDENT)
async def mine(
    request: Request[Any, Any, Any],
    reader: edge.Reader,
    resident: NamedDependency[Resident],
    before: FromQuery[UUID | None] = None,
) -> Response[Html]:
    """Who looked at the resident's data, newest first."""
    found = await accesses.accesses_of(reader, resident=resident.id, before=before, limit=PAGE + 1)
    page, more = paging.cut(found, PAGE)
    language = language_of(request)
    return edge.page(
        request,
        "people/accesses.html",
        accesses=[told(request, one) for one in page],
        capacities={str(one): translate(request, language, words) for one, words in CAPACITIES.items()},
        next_cursor=more,
        is_first=before is None,
    )


router = edge.pages(mine)
