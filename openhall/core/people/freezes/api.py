"""The JSON API of freezes."""

from datetime import datetime

from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.status_codes import HTTP_200_OK
from msgspec import Struct

from openhall.core import people
from openhall.core.people.freezes import actions
from openhall.web import edge

Visit = NamedDependency[people.Visit]


class FreezeBody(Struct, frozen=True):
    """Whether the account is frozen, since when, and whether the hall did it."""

    frozen: bool
    at: datetime | None
    by_hall: bool


@get("/me/freeze", opt=edge.RESIDENT)
async def show_freeze(reader: edge.Reader, visit: Visit) -> FreezeBody:
    """Whether the account is frozen."""
    found = await actions.open_of(reader, visit.resident.id)
    return FreezeBody(found is not None, found.at if found else None, bool(found and found.by_hall))


@post("/me/freeze", opt=edge.RESIDENT, status_code=HTTP_200_OK)
async def freeze(conn: edge.Conn, visit: Visit) -> FreezeBody:
    """Freeze the account: from now on no money leaves it. No proof is asked for; asked again it changes nothing."""
    found = await actions.freeze(conn, visit)
    return FreezeBody(True, found.at, found.by_hall)


@delete("/me/freeze", opt=edge.RESIDENT, status_code=HTTP_200_OK)
async def unfreeze(conn: edge.Conn, visit: Visit) -> FreezeBody:
    """Lift the freeze, with a passkey of the last five minutes.

    Refusals: `people.freeze_not_found`, `people.unfreeze_needs_passkey`.
    """
    await actions.unfreeze(conn, visit)
    return FreezeBody(False, None, False)


router = edge.api(show_freeze, freeze, unfreeze, tags=["Payment safety"])
