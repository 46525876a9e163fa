"""The use cases of staff: invite, answer, change, remove; and the limits of a shop."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from msgspec import Struct

from openhall.base import clock, db, events, ids
from openhall.base.i18n import N_
from openhall.base.package import Notice
from openhall.city.merchants import access, keys, problems, shifts
from openhall.city.merchants.access import Act
from openhall.city.merchants.registry import stream_of
from openhall.city.merchants.staff import rules, telling
from openhall.city.merchants.staff.types import Invitation, Limits, Offer, Worker
from openhall.city.merchants.types import Role, State, Workplace
from openhall.core import people
from openhall.core.people import Resident

q = db.load("openhall.city.merchants")
_INVITED = N_("%(shop)s asks you to work there")

# Told on the shop's stream: who watches it proves again that they may.
CHANGED = "staff.changed"
INVITATION_LIFE = timedelta(days=7)
MOST_STAFF = 100
MOST_INVITATIONS = 20


async def invite(
    conn: db.Conn, *, shop: Workplace, by: Resident, phone: str, role: Role, shown_as: str | None
) -> Invitation:
    """Ask whoever has this number to work at the shop; asking a number again replaces what it was asked.

    Problems, in this order: `merchants.shop_not_found` for whoever stopped working there meanwhile,
    `merchants.role_insufficient`, `people.phone_invalid`, `merchants.shown_as_invalid`,
    `merchants.invitation_to_yourself`, `merchants.shop_is_closed`, `merchants.too_many_staff`.
    """
    shop = await _lock(conn, shop.id, by.id, Act.STAFF)
    _may_appoint(shop, role)
    canonical, called = people.phone(phone), rules.shown_as(shown_as)
    if canonical is None:
        raise people.phone_invalid()
    if canonical == by.phone:
        raise problems.invitation_to_yourself()
    if shop.state is State.CLOSED:
        raise problems.shop_is_closed()
    waiting = await invitations_of(conn, shop=shop.id)
    if len(waiting) >= MOST_INVITATIONS or len(await staff_of(conn, shop=shop.id)) >= MOST_STAFF:
        raise problems.too_many_staff()
    # One that has run out is in the way of the next one only until the hourly sweep; here it is simply renewed.
    now = clock.now()
    return await db.one(
        conn,
        q.invite,
        Invitation,
        id=ids.new(),
        shop=shop.id,
        phone=canonical,
        role=role,
        shown_as=called,
        invited_by=by.id,
        now=now,
        expires_at=now + INVITATION_LIFE,
    )


async def invitations_of(conn: db.ReadConn, *, shop: UUID) -> list[Invitation]:
    """Those of a shop that wait for an answer, oldest first."""
    return await db.all(conn, q.invitations_of, Invitation, shop=shop, now=clock.now())


async def withdraw(conn: db.Conn, *, shop: Workplace, by: UUID, invitation: UUID) -> None:
    """Nobody can accept it any more.

    Problems: `merchants.shop_not_found` for whoever stopped working there meanwhile,
    `merchants.invitation_not_found`, `merchants.role_insufficient`.
    """
    shop = await _lock(conn, shop.id, by, Act.STAFF)
    found = next((one for one in await invitations_of(conn, shop=shop.id) if one.id == invitation), None)
    if found is None:
        raise problems.invitation_not_found()
    _may_appoint(shop, found.role)
    await _end(conn, found.id, shop.id, "withdrawn")


async def invitations_for(conn: db.ReadConn, *, resident: Resident) -> list[Offer]:
    """What a resident is asked, oldest first."""
    return await db.all(conn, q.invitations_for, Offer, phone=resident.phone, now=clock.now())


async def notices(conn: db.ReadConn, *, resident: UUID, phone: str) -> list[Notice]:
    """That somebody is asked to work somewhere, for their home page: by their number, which may be older than they."""
    found = await db.all(conn, q.invitations_for, Offer, phone=phone, now=clock.now())
    return [Notice(_INVITED, {"shop": one.name}, "mail", f"/invitations/{one.id}") for one in found]


async def invitation_for(conn: db.ReadConn, *, resident: Resident, invitation: UUID) -> Offer:
    """One of these; Problem `merchants.invitation_not_found`."""
    found = [one for one in await invitations_for(conn, resident=resident) if one.id == invitation]
    if not found:
        raise problems.invitation_not_found()
    return found[0]


async def accept(conn: db.Conn, *, resident: Resident, invitation: UUID) -> Offer:
    """The resident works there from now on, in this role and no other; the owner is told.

    Problems: `merchants.invitation_not_found`, `merchants.invitation_to_yourself`, `merchants.too_many_staff`.
    """
    offer = await _locked(conn, resident, invitation)
    place = await db.maybe(conn, q.workplace, Workplace, resident=resident.id, shop=offer.shop)
    if place is not None and place.role is Role.OWNER:
        raise problems.invitation_to_yourself()
    # More may have been invited than there was room for; whoever works there already only changes their role.
    if place is None and len(await staff_of(conn, shop=offer.shop)) >= MOST_STAFF:
        raise problems.too_many_staff()
    await _end(conn, offer.id, offer.shop, "accepted")
    await _appoint(conn, offer.shop, resident.id, offer.role, offer.shown_as)
    await telling.joined(conn, offer, resident)
    return offer


async def decline(conn: db.Conn, *, resident: Resident, invitation: UUID) -> None:
    """The resident does not want to. Problem `merchants.invitation_not_found`."""
    offer = await _locked(conn, resident, invitation)
    await _end(conn, offer.id, offer.shop, "declined")


async def sweep(conn: db.Conn) -> int:
    """Forget the numbers of those who did not answer in time; how many."""
    return await db.run(conn, q.end_late_invitations, now=clock.now())


async def staff_of(conn: db.ReadConn, *, shop: UUID) -> list[Worker]:
    """Who works there besides the owner, managers first."""
    return await db.all(conn, q.staff_of, Worker, shop=shop)


class _Called(Struct, frozen=True):
    resident: UUID
    shown_as: str | None


async def names_at(conn: db.ReadConn, *, shop: UUID, residents: Collection[UUID]) -> dict[UUID, str]:
    """What a shop calls these people, also those who left: as in its list of staff, and the owner by their own name."""
    found = await db.all(conn, q.names_on_receipts, _Called, shop=shop, residents=list(residents)) if residents else []
    called = {one.resident: one.shown_as for one in found if one.shown_as is not None}
    return await people.called(conn, residents) | called


async def worker(conn: db.ReadConn, *, shop: UUID, worker: UUID) -> Worker:
    """One of these; Problem `merchants.worker_not_found`."""
    found = [one for one in await staff_of(conn, shop=shop) if one.id == worker]
    if not found:
        raise problems.worker_not_found()
    return found[0]


async def change(conn: db.Conn, *, shop: Workplace, by: UUID, worker: UUID, role: Role, shown_as: str | None) -> Worker:
    """Give somebody another role or another name on receipts. Another role is held under another id.

    Problems: `merchants.shop_not_found` for whoever stopped working there meanwhile, `merchants.worker_not_found`,
    `merchants.role_insufficient`, `merchants.shown_as_invalid`.
    """
    shop = await _lock(conn, shop.id, by, Act.STAFF)
    found = await _lock_worker(conn, shop, worker)
    _may_appoint(shop, found.role)
    _may_appoint(shop, role)
    called = rules.shown_as(shown_as)
    if role is found.role:
        await db.run(conn, q.name_worker, worker=found.id, shown_as=called)
    else:
        await _appoint(conn, shop.id, found.resident, role, called)
    return next(one for one in await staff_of(conn, shop=shop.id) if one.resident == found.resident)


async def remove(conn: db.Conn, *, shop: Workplace, by: UUID, worker: UUID) -> None:
    """End somebody's work at the shop, with their open shift and the keys they made; anybody may end their own.

    Problems: `merchants.shop_not_found` for whoever stopped working there meanwhile, `merchants.worker_not_found`,
    `merchants.role_insufficient`.
    """
    shop = await _lock(conn, shop.id, by, Act.LOOK)
    found = await _lock_worker(conn, shop, worker)
    if found.resident != by:
        _may_appoint(shop, found.role)
    await db.run(conn, q.end_role, shop=shop.id, resident=found.resident, now=clock.now())
    await keys.end_by(conn, shop=shop.id, resident=found.resident)
    await shifts.close_of(conn, shop=shop, resident=found.resident)
    await db.run(conn, q.end_invitations_by, shop=shop.id, resident=found.resident, now=clock.now())
    await _tell(conn, shop.id)


async def limits_of(conn: db.ReadConn, *, shop: UUID) -> Limits:
    """What its cashiers may do."""
    return Limits(await db.one(conn, q.cashier_refund_max, int, shop=shop))


async def set_limits(conn: db.Conn, *, shop: UUID, limits: Limits) -> Limits:
    """Change it; it counts from the next refund on."""
    await db.run(conn, q.set_cashier_refund_max, shop=shop, amount=limits.cashier_refund_max)
    return limits


def _may_appoint(shop: Workplace, role: Role) -> None:
    if not rules.may_appoint(shop.role, role):
        raise problems.role_insufficient(role=shop.role.value)


async def _lock(conn: db.Conn, shop: UUID, by: UUID, act: Act) -> Workplace:
    """The shop as `by` sees it once it is locked: whoever is being removed meanwhile changes nothing there any more.

    The shop comes first, as for whoever accepts an invitation or makes a key: nobody waits for another in a circle.
    """
    await db.one(conn, q.lock_shop, State, shop=shop)
    return await access.shop_for(conn, resident=by, shop=shop, act=act)


async def _lock_worker(conn: db.Conn, shop: Workplace, worker: UUID) -> Worker:
    found = await db.maybe(conn, q.lock_worker, Worker, worker=worker, shop=shop.id)
    if found is None:
        raise problems.worker_not_found()
    return found


async def _locked(conn: db.Conn, resident: Resident, invitation: UUID) -> Offer:
    # Whoever invites or removes has the shop before the invitations: here too, or two wait for each other in a circle.
    offer = await invitation_for(conn, resident=resident, invitation=invitation)
    await db.one(conn, q.lock_shop, State, shop=offer.shop)
    found = await db.maybe(conn, q.lock_invitation, Offer, id=invitation, phone=resident.phone, now=clock.now())
    if found is None:
        raise problems.invitation_not_found()
    return found


async def _end(conn: db.Conn, invitation: UUID, shop: UUID, outcome: str) -> None:
    await db.run(conn, q.end_invitation, id=invitation, shop=shop, outcome=outcome, now=clock.now())


async def _appoint(conn: db.Conn, shop: UUID, resident: UUID, role: Role, shown_as: str | None) -> None:
    """Whatever role they had there ends with the new one, and with a manager's role the keys they made.

    The caller has locked the shop.
    """
    now = clock.now()
    had_one = await db.run(conn, q.end_role, shop=shop, resident=resident, now=now)
    row = {"shop": shop, "resident": resident, "role": role, "shown_as": shown_as}
    await db.run(conn, q.insert_worker, id=ids.new(), now=now, **row)
    if role is not Role.MANAGER:
        await keys.end_by(conn, shop=shop, resident=resident)
    if had_one:
        await db.run(conn, q.end_invitations_by, shop=shop, resident=resident, now=now)
        await _tell(conn, shop)


async def _tell(conn: db.Conn, shop: UUID) -> None:
    await events.publish(conn, [events.Fact(stream_of(shop), CHANGED, {})])
