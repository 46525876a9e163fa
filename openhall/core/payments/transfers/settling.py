"""How what was sent ends: it arrives, is taken back, or goes back by itself."""

from collections.abc import Sequence
from uuid import UUID

from openhall.base import clock, db, ids
from openhall.base.telling import Fact, Sum
from openhall.core import closing, ledger, messages
from openhall.core.messages.types import Telling
from openhall.core.payments.transfers.telling import TRANSFER_ARRIVED, TRANSFER_DONE, TRANSFER_RETURNED
from openhall.core.payments.transfers.types import State, Transfer

q = db.load("openhall.core.payments.transfers")

# So many end in one transaction.
TOGETHER = 100
_REASONS = {State.COMPLETED: "transfer_received", State.UNDONE: "transfer_back", State.RETURNED: "transfer_back"}


class _Due(Transfer, frozen=True):
    receiver_key: UUID
    sender_wallet: UUID
    sender_frozen: bool
    receiver_wallet: UUID | None
    receiver_active: bool

    @property
    def ending(self) -> State:
        """How it ends now. Whoever froze their account meanwhile wants nothing to leave it."""
        if self.sender_frozen:
            return State.UNDONE
        return State.COMPLETED if self.receiver_active and not self.must_be_taken else State.RETURNED


async def waiting_account(conn: db.Conn, currency: str) -> UUID:
    """The ledger account in which money waits; opened when it is first asked for."""
    found = await db.maybe(conn, q.waiting_account, UUID, currency=currency)
    if found is not None:
        return found
    await db.all(conn, q.lock_opening, str, currency=currency)
    found = await db.maybe(conn, q.waiting_account, UUID, currency=currency)
    if found is not None:
        return found
    # Busy: everybody's transfers meet in it; and its floor keeps it from paying twice.
    opened = await ledger.open_account(
        conn, kind="payments.transfers", owner=None, currency=currency, floor=0, busy=True
    )
    await db.run(conn, q.put_waiting_account, currency=currency, waiting=opened)
    return opened


async def settle_due(conn: db.Conn) -> int:
    """End what is due, at most a hundred, oldest first; how many there were. What others are at is left to them."""
    due = await db.all(conn, q.lock_due, UUID, now=clock.now(), limit=TOGETHER)
    return await _end_locked(conn, due)


async def bring_back_frozen(conn: db.Conn) -> int:
    """What waits of those who froze their account, or had it frozen, goes back to them; a hundred at most, how many."""
    return await _end_locked(conn, await db.all(conn, q.lock_frozen, UUID, limit=TOGETHER))


async def _end_locked(conn: db.Conn, due: Sequence[UUID]) -> int:
    if due:
        found = await db.all(conn, q.due, _Due, ids=db.ids(due))
        await _end(conn, [(one, one.ending) for one in found])
    return len(due)


async def end(conn: db.Conn, endings: Sequence[tuple[Transfer, State]]) -> None:
    """End these so; their rows are locked, and they wait."""
    states = {found.id: state for found, state in endings}
    due = await db.all(conn, q.due, _Due, ids=db.ids(states))
    await _end(conn, [(one, states[one.id]) for one in due])


async def _end(conn: db.Conn, endings: Sequence[tuple[_Due, State]]) -> None:
    accounts = {currency: await waiting_account(conn, currency) for currency in {one.currency for one, _ in endings}}
    legs = []
    for one, state in endings:
        to = one.receiver_wallet if state is State.COMPLETED else one.sender_wallet
        assert to is not None, "it arrives only at somebody"
        waiting = accounts[one.currency]
        legs.append(ledger.Transfer(ids.new(), waiting, to, one.amount, one.currency, reason=_REASONS[state]))
    for outcome in await closing.bring(conn, legs, fresh=True):
        # Nothing about what waits can be refused; if it is all the same, nothing of this happens, and it is seen.
        if not outcome.ok:
            raise RuntimeError(f"what waits could not be moved: {outcome.code}")
    rows = [{"id": one.id, "state": state, "moved": leg.id} for (one, state), leg in zip(endings, legs, strict=True)]
    await db.run(conn, q.end_transfers, rows=db.rows(rows), now=clock.now())
    arrived = {(one.sender, one.receiver_key) for one, state in endings if state is State.COMPLETED}
    if arrived:
        known = [{"payer": sender, "payee": key} for sender, key in arrived]
        await db.run(conn, q.make_known, rows=db.rows(known), now=clock.now())
    await messages.tell_all(conn, [telling for one, state in endings for telling in _told(one, state)])


def _told(one: _Due, state: State) -> list[Telling]:
    facts: dict[str, Fact] = {"transfer": one.id, "amount": Sum(one.amount, one.currency)}
    to_sender: dict[str, Fact] = facts | {"receiver": one.to_masked}
    if state is State.RETURNED:
        return [Telling(one.sender, TRANSFER_RETURNED, to_sender)]
    if state is State.UNDONE or one.receiver is None:
        return []
    return [
        Telling(one.sender, TRANSFER_DONE, to_sender),
        Telling(one.receiver, TRANSFER_ARRIVED, facts | {"sender": one.sender_masked}),
    ]
