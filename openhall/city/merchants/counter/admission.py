"""Who may stand at a shop's counter: a scanner by its key, or a resident who works there in a role that allows it."""

from collections.abc import Sequence
from typing import TypeAlias
from uuid import UUID

from msgspec import Struct

from openhall.base import db
from openhall.base.errors import Kind, Problem
from openhall.city.merchants import access, keys, problems
from openhall.city.merchants.access import Act
from openhall.city.merchants.keys import KeyAtWork, Scope
from openhall.city.merchants.registry import stream_of
from openhall.city.merchants.types import Role, State
from openhall.core import people
from openhall.core.payments import Payee
from openhall.core.payments.charging import Door, Taker
from openhall.core.payments.problems import payment_not_found

q = db.load("openhall.city.merchants.counter")


class Right(Struct, frozen=True):
    """What is asked of a person's role, or of a key: any one of the scopes."""

    act: Act
    scopes: frozenset[Scope]


CHARGE = Right(Act.CHARGE, frozenset({Scope.CHARGES}))
LOOK = Right(Act.CHARGE, frozenset({Scope.CHARGES, Scope.PAYMENTS}))
REVERSE = Right(Act.REFUND, frozenset({Scope.REFUNDS}))


class Worker(Struct, frozen=True):
    """A resident at a shop where they work. `ord` is their place in the list that was asked."""

    ord: int
    resident: UUID
    shop: UUID
    owner: UUID
    account: UUID
    name: str
    state: State
    role: Role


_Found: TypeAlias = KeyAtWork | Worker | Problem


async def to_charge(conn: db.Conn, doors: Sequence[Door]) -> list[Taker | Problem]:
    """The Admission of this package: who may charge at the shops of these doors, aligned.

    Problems, in this order: `merchants.key_invalid` or `people.session_invalid`, `merchants.shop_not_found`,
    `merchants.scope_missing` or `merchants.role_insufficient`; then of a closed shop `merchants.shop_closed`.
    """
    found = await _find(conn, doors)
    await keys.see(conn, [one for one in found if isinstance(one, KeyAtWork)])
    return [_judge(door, one, CHARGE) for door, one in zip(doors, found, strict=True)]


async def admit(conn: db.ReadConn, door: Door, right: Right) -> Taker:
    """Who stands at this door, if they have the right; the problems of `to_charge`."""
    (found,) = await _find(conn, [door])
    answer = _judge(door, found, right)
    if isinstance(answer, Problem):
        raise answer
    return answer


async def admit_to_payment(conn: db.ReadConn, door: Door, right: Right) -> Taker:
    """The same for a payment whose payee the door is of; who has no business with it does not find the payment."""
    try:
        return await admit(conn, door, right)
    except Problem as problem:
        if problem.kind is Kind.NOT_FOUND:
            raise payment_not_found() from None
        raise


async def _find(conn: db.ReadConn, doors: Sequence[Door]) -> list[_Found]:
    """Keys by one statement; bearers of sessions and residents by two."""
    found: dict[int, _Found] = {}
    scanners = {place: door.token for place, door in enumerate(doors) if door.token and keys.is_key(door.token)}
    if scanners:
        hashes = [keys.key_hash(token) for token in scanners.values()]
        for place, key in zip(scanners, await keys.with_hashes(conn, hashes), strict=True):
            found[place] = key or problems.key_invalid()
    others = [place for place in range(len(doors)) if place not in scanners]
    if others:
        found |= zip(others, await _workers(conn, [doors[place] for place in others]), strict=True)
    return [found[place] for place in range(len(doors))]


async def _workers(conn: db.ReadConn, doors: Sequence[Door]) -> list[Worker | Problem]:
    residents = await _residents(conn, doors)
    rows = [
        {"ord": place, "shop": door.shop, "resident": resident}
        for place, (door, resident) in enumerate(zip(doors, residents, strict=True))
        if isinstance(resident, UUID)
    ]
    placed = {worker.ord: worker for worker in await db.all(conn, q.workplaces, Worker, rows=db.rows(rows))}
    return [
        resident if isinstance(resident, Problem) else placed.get(place) or problems.shop_not_found()
        for place, resident in enumerate(residents)
    ]


async def _residents(conn: db.ReadConn, doors: Sequence[Door]) -> list[UUID | Problem]:
    """Who stands there; asked of the sessions where only a token is known."""
    hashes = {door.token: people.token_hash(door.token) or b"" for door in doors if door.token is not None}
    asked = await people.ask_bearers(conn, list(hashes.values()), people.SessionKind.API)
    bearers = await asked.all()
    known = {token: bearer for token, bearer in zip(hashes, bearers, strict=True) if bearer is not None}
    found: list[UUID | Problem] = []
    for door in doors:
        bearer = known.get(door.token or "")
        if door.resident is not None:
            found.append(door.resident)
        elif bearer is None or bearer.state != "active":
            found.append(people.session_invalid())
        else:
            found.append(bearer.resident)
    return found


def _judge(door: Door, found: _Found, right: Right) -> Taker | Problem:
    if isinstance(found, Problem):
        return found
    if found.shop != door.shop:
        return problems.shop_not_found()
    payee = Payee(
        kind="shop",
        id=found.shop,
        name=found.name,
        account=found.account,
        owner=found.owner,
        stream=stream_of(found.shop),
    )
    closed = problems.shop_closed(shop=str(found.shop)) if found.state is State.CLOSED else None
    if isinstance(found, KeyAtWork):
        if not right.scopes & set(found.scopes):
            return problems.scope_missing(scopes=sorted(right.scopes))
        return Taker(payee, f"key:{found.key}", found.key, is_machine=True, refusal=closed)
    if not access.may(found.role, right.act):
        return problems.role_insufficient(role=found.role.value)
    return Taker(payee, str(found.resident), found.resident, is_machine=False, refusal=closed)
