"""The JSON API of real names: who I am, as the register confirms it."""

from datetime import datetime
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_202_ACCEPTED
from msgspec import Meta, Struct

from openhall.core.people import Resident
from openhall.core.people.api import CodeText, PhoneText, address_of
from openhall.core.people.names.actions import asking, moving, reading
from openhall.core.people.names.types import Mine, State
from openhall.core.people.names.views import NameState, outcome, state_of
from openhall.web import edge

Me = NamedDependency[Resident]


class RealNameRequest(Struct, frozen=True):
    """A name and a number, exactly as the id card has them; `document` only where a register asks for it."""

    name: Annotated[str, Meta(max_length=200, description="Chinese characters or Latin letters, 2 to 40 of them.")]
    national_id: Annotated[str, Meta(max_length=64, description="Eighteen places; any width, blanks do not matter.")]
    document: Annotated[str, Meta(max_length=40)] | None = None


class RealNameBody(Struct, frozen=True):
    """What is known of the resident's name, never in full. `is_minor` holds until the eighteenth birthday."""

    state: NameState
    name_masked: str | None
    national_id_masked: str | None
    is_minor: bool
    asked_at: datetime | None
    matched_at: datetime | None


class MoveRequest(Struct, frozen=True):
    """The phone of the other account that has this id."""

    phone: PhoneText


class MoveCode(Struct, frozen=True):
    """The six digits that came to that phone."""

    code: CodeText


class MoveAsked(Struct, frozen=True):
    """If that was the right phone, a code is on its way to it; the answer is the same for every phone."""

    expires_in_s: int


def _told(mine: Mine) -> RealNameBody:
    shown = mine.identity or mine.claim
    return RealNameBody(
        state=state_of(mine),
        name_masked=shown.name_masked if shown else None,
        national_id_masked=shown.id_masked if shown else None,
        is_minor=mine.identity is not None and mine.identity.is_minor,
        asked_at=mine.claim.asked_at if mine.claim else None,
        matched_at=mine.identity.matched_at if mine.identity else None,
    )


@get("/me/real-name", opt=edge.RESIDENT)
async def show(reader: edge.Reader, resident: Me) -> RealNameBody:
    """What is known of the resident's real name: `none`, `asking`, `matched`, `refused`, `conflict`, `given_up` (the
    register was silent for three days), `moved` (to another account of the same person)."""
    return _told(await reading.mine(reader, resident.id))


@post(
    "/me/real-name",
    opt=edge.FRESH,
    status_code=HTTP_200_OK,
    responses=edge.answers(RealNameBody, HTTP_202_ACCEPTED),
)
async def ask(
    request: Request[Any, Any, Any],
    data: JSONBody[RealNameRequest],
    pool: edge.Pool,
    settings: edge.HallSettings,
    resident: Me,
) -> Response[RealNameBody]:
    """Confirm the resident's real name by the register; or another name for the same number, which takes the place of
    the one that was confirmed.

    200: confirmed. 202: the register has not answered yet; it is asked again by itself, look at the state. Refusals:
    `people.proof_too_old`, `people.names_closed`, `people.name_invalid`, `people.national_id_invalid`,
    `people.names_locked`, `people.already_named`, `people.name_not_matched`, `people.identity_taken`.
    """
    state = await asking.ask(
        pool,
        settings,
        resident=resident.id,
        name=data.name,
        national_id=data.national_id,
        document=data.document,
        address=address_of(request),
    )
    outcome(state)
    async with pool.read() as reader:
        mine = await reading.mine(reader, resident.id)
    return Response(_told(mine), status_code=HTTP_200_OK if state is State.MATCHED else HTTP_202_ACCEPTED)


@post("/me/real-name/move", opt=edge.RESIDENT, status_code=HTTP_202_ACCEPTED)
async def ask_move(
    data: JSONBody[MoveRequest], pool: edge.Pool, settings: edge.HallSettings, resident: Me
) -> MoveAsked:
    """Ask for a code at the other account's phone, to move the name here.

    Refusals: `people.names_locked`, `people.phone_invalid`, `people.no_conflict`.
    """
    await moving.count_code(pool, settings, resident.id)
    async with pool.write() as conn:
        await moving.ask_code(conn, settings, resident=resident.id, phone=data.phone)
    return MoveAsked(int(moving.CODE_LIFE.total_seconds()))


@post("/me/real-name/move/confirm", opt=edge.RESIDENT, status_code=HTTP_200_OK)
async def confirm_move(
    data: JSONBody[MoveCode], pool: edge.Pool, settings: edge.HallSettings, resident: Me
) -> RealNameBody:
    """Move the name here with the code of the other phone. Refusals: `people.no_conflict`, `people.move_code_wrong`."""
    async with pool.write() as conn:
        refused = await moving.move_by_code(conn, settings, resident=resident.id, code=data.code)
    if refused is not None:
        raise refused
    async with pool.read() as reader:
        return _told(await reading.mine(reader, resident.id))


router = edge.api(show, ask, ask_move, confirm_move, tags=["People"])
