"""The JSON API of accesses: who looked at my data."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from msgspec import Struct

from openhall.base import paging
from openhall.base.i18n import N_
from openhall.base.looking import Look
from openhall.base.package import Package
from openhall.core.people import Resident, accesses
from openhall.core.people.accesses import Access, Capacity
from openhall.web import edge
from openhall.web.render import language_of, translate

AnyRequest = Request[Any, Any, Any]
PAGE = 50
ACTING = N_("Acting for you, as you see under Me, Family")
Before = Annotated[UUID | None, QueryParameter(description="`next_cursor` of the page above.", required=False)]


class AccessBody(Struct, frozen=True):
    """One look at your data. `called` is the name of the operator, the shop or the resident, empty where they gave
    none; `what` and `purpose` are words in your language for the code `look`, which of somebody who acts for you is the
    scope of your family link."""

    id: UUID
    at: datetime
    capacity: Capacity
    called: str
    look: str
    what: str
    purpose: str


class AccessesBody(Struct, frozen=True):
    """Who looked at your data, newest first."""

    accesses: list[AccessBody]
    next_cursor: UUID | None


def told(request: AnyRequest, access: Access) -> AccessBody:
    """An access in the reader's words; by its code alone where the package that looked is no longer in the hall."""
    language, look = language_of(request), _look(request, access)
    return AccessBody(
        access.id,
        access.at,
        access.capacity,
        access.called,
        access.look,
        translate(request, language, look.what) if look else access.look,
        translate(request, language, look.purpose) if look else "",
    )


def _look(request: AnyRequest, access: Access) -> Look | None:
    packages: Sequence[Package] = request.app.state.packages
    if access.capacity is Capacity.FAMILY:
        looks = [Look(code=one.name, what=one.looked, purpose=ACTING) for package in packages for one in package.scopes]
    else:
        looks = [look for package in packages for look in package.looks]
    return next((look for look in looks if look.code == access.look), None)


@get("/me/accesses", opt=edge.RESIDENT)
async def mine(
    request: AnyRequest, reader: edge.Reader, resident: NamedDependency[Resident], before: Before = None
) -> AccessesBody:
    """Who looked at your data, and what for: operators, shops that opened one of your payments, residents who were
    shown your masked name for your number, and whoever acts for you."""
    found = await accesses.accesses_of(reader, resident=resident.id, before=before, limit=PAGE + 1)
    page, more = paging.cut(found, PAGE)
    return AccessesBody([told(request, one) for one in page], more)


router = edge.api(mine, tags=["Privacy"])
