"""The JSON API of payment PINs."""

from datetime import datetime
from typing import Annotated

from litestar import get, put
from litestar.di import NamedDependency
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK
from msgspec import Meta, Struct

from openhall.core import people
from openhall.core.people.pins import actions
from openhall.core.people.pins.types import SESSION_TRIES, PinState
from openhall.web import edge

Visit = NamedDependency[people.Visit]
PinText = Annotated[str, Meta(max_length=64, description="The six digits of the payment PIN.")]


class PinRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """The new PIN."""

    pin: PinText


class PinBody(Struct, frozen=True):
    """Whether there is a PIN, how many wrong ones this session may still type, and until when it waits."""

    is_set: bool
    tries_left: int
    wait_until: datetime | None


@get("/me/pin", opt=edge.RESIDENT)
async def show_pin(reader: edge.Reader, visit: Visit) -> PinBody:
    """Whether a PIN is set, and whether this session may try it."""
    return _body(await actions.state_of(reader, visit.session.id))


@put("/me/pin", opt=edge.FRESH, status_code=HTTP_200_OK)
async def set_pin(pool: edge.Pool, data: JSONBody[PinRequest], visit: Visit, settings: edge.HallSettings) -> PinBody:
    """Set the payment PIN, or change it: after a fresh proof, by the passkey, or by a code of whoever has none.

    Refusals: `people.proof_too_old`, `people.pin_malformed`, `people.pin_too_easy`, `people.pin_capped`,
    `hall.rate_limited`.
    """
    await actions.set_pin(pool, settings, visit, written=data.pin)
    async with pool.read() as reader:
        return _body(await actions.state_of(reader, visit.session.id))


def _body(state: PinState) -> PinBody:
    return PinBody(state.is_set, SESSION_TRIES - state.wrong, state.wait_until)


router = edge.api(show_pin, set_pin, tags=["Payment safety"])
