"""Who may do what at a shop: its owner, its managers, its cashiers. Every page and route of a shop asks here first."""

from enum import StrEnum
from uuid import UUID

from openhall.base import db
from openhall.city.merchants import problems
from openhall.city.merchants.types import Role, State, Workplace

q = db.load("openhall.city.merchants")


class Act(StrEnum):
    """What somebody wants to do at a shop."""

    LOOK = "look"  # its name and its printed code
    CHARGE = "charge"  # till, counter, orders, their own shift
    REFUND = "refund"  # give money back; a cashier within limits, see `staff`
    BOOK = "book"  # takings of the whole shop, closing of the day
    STAFF = "staff"  # invite, change and remove who works there
    MANAGE = "manage"  # keys, printed codes, limits
    OWN = "own"  # close the shop, move its money
    # Of these a closed shop has no more, whoever asks; what was stays to be looked at by those above.
    SELL = "sell"  # ask payers for money, begin a shift, put up the poster
    HIRE = "hire"  # invite somebody
    EQUIP = "equip"  # make a key, replace the printed code, set limits
    STEER = "steer"  # its name, its market, closing it


_ONLY_OPEN = frozenset({Act.SELL, Act.HIRE, Act.EQUIP, Act.STEER})
_CASHIER = frozenset({Act.LOOK, Act.CHARGE, Act.REFUND, Act.SELL})
_MANAGER = _CASHIER | {Act.BOOK, Act.STAFF, Act.MANAGE, Act.HIRE, Act.EQUIP}
_ALLOWED = {Role.OWNER: frozenset(Act), Role.MANAGER: _MANAGER, Role.CASHIER: _CASHIER}


def may(role: Role, act: Act) -> bool:
    """Whether the role allows the act."""
    return act in _ALLOWED[role]


def may_at(shop: Workplace, act: Act) -> bool:
    """Whether whoever works there may do it at this shop, as it is now."""
    return may(shop.role, act) and not (shop.state is State.CLOSED and act in _ONLY_OPEN)


async def shop_for(conn: db.ReadConn, *, resident: UUID, shop: UUID, act: Act) -> Workplace:
    """The shop, open or closed, for a resident who may do `act` there.

    Problems: `merchants.shop_not_found` for whoever does not work there, as if there were no such shop;
    `merchants.role_insufficient` (with `role`) for whoever does, in a role that does not allow it;
    `merchants.shop_is_closed` for what a closed shop has no more.
    """
    found = await db.maybe(conn, q.workplace, Workplace, resident=resident, shop=shop)
    if found is None:
        raise problems.shop_not_found()
    if not may(found.role, act):
        raise problems.role_insufficient(role=found.role.value)
    if not may_at(found, act):
        raise problems.shop_is_closed()
    return found


async def workplaces_of(conn: db.ReadConn, *, resident: UUID) -> list[Workplace]:
    """Every shop that the resident owns or works at: open ones first, their own before others', oldest first."""
    return await db.all(conn, q.workplaces, Workplace, resident=resident)
