"""The JSON API of money for somebody for whom one acts."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from openhall.base import db
from openhall.core import families, people
from openhall.core.families import Dependant
from openhall.core.payments import safety
from openhall.core.payments.giving.actions import give
from openhall.core.payments.transfers.api import TransferBody, body_of
from openhall.core.people import pins
from openhall.web import edge

Visit = NamedDependency[people.Visit]


class GiftRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """How much, out of your own wallet."""

    amount: edge.Amount
    pin: edge.Pin | None = None


class SaidGift(Struct, frozen=True):
    """What of a request its key stands for: not the PIN."""

    link: UUID
    amount: int


async def whose(reader: db.ReadConn, visit: people.Visit, link: UUID) -> Dependant:
    """For whom one acts by this link. To anybody else there is no such link; only then is a real name asked for.

    Problems, in this order: `families.link_not_found`, `people.level_too_low`.
    """
    found = await families.dependant_of(reader, holder=visit.resident.id, link=link)
    people.require_level(visit, people.Level.NAMED)
    return found


@post("/families/links/{link_id:uuid}/money", opt=edge.RESIDENT, status_code=201, responses=edge.answers(TransferBody))
async def put_in(
    request: Request[Any, Any, Any],
    data: JSONBody[GiftRequest],
    pool: edge.Pool,
    settings: edge.HallSettings,
    visit: Visit,
    link_id: FromPath[UUID],
    idempotency_key: edge.IdempotencyKey,
) -> Response[Any]:
    """Put money into the wallet of whom you act for, out of your own, with your PIN or after a passkey. It arrives at
    once and cannot be taken back.

    Refusals, in this order: `families.link_not_found`, `people.level_too_low`, those of the PIN (`people.pin_*`),
    `payments.above_own_limit`, `payments.above_spending_limit`, `payments.above_new_payee_limit`,
    `payments.proof_needed`, `payments.insufficient_funds`, `payments.account_frozen`.
    """
    said, me = SaidGift(link_id, data.amount), visit.resident
    if before := await edge.again(request, pool, key=idempotency_key, principal=me.id, body=said):
        return before
    async with pool.read() as reader:
        await whose(reader, visit, link_id)
    proved = await pins.stands(pool, settings, visit, written=data.pin or "")
    async with pool.write() as conn:

        async def act() -> TransferBody:
            made = await give(conn, safety.Guard(settings, proved), holder=me, link=link_id, amount=data.amount)
            return body_of(made, me)

        return await edge.once(request, conn, key=idempotency_key, principal=me.id, body=said, act=act, keep=True)


router = edge.api(put_in, tags=["Families"])
