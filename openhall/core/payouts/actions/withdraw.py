"""Withdrawing: the money leaves its account at once and waits in the clearing account for the bank's word."""

from collections.abc import Collection
from datetime import date, timedelta
from uuid import UUID

import msgspec
import structlog

from openhall.base import clock, db, events, ids
from openhall.base.errors import Problem
from openhall.core import ledger
from openhall.core.payments.problems import above_spending_limit
from openhall.core.payouts import problems
from openhall.core.payouts.actions.accounts import RAIL, bank_account, rail_accounts
from openhall.core.payouts.telling import stream_of
from openhall.core.payouts.types import Payout, Rail, Source, Standing
from openhall.core.people import freezes
from openhall.core.people.freezes.problems import account_frozen

q = db.load("openhall.core.payouts")
log = structlog.get_logger()

WITHDRAWN = "withdrawal"


async def withdraw(
    conn: db.Conn,
    rail: Rail | None,
    *,
    source: Source,
    amount: int,
    automatic_for: date | None = None,
    debits_max: int | None = None,
) -> Payout:
    """Begin a payout of `amount` minor units to the owner's bank account. `automatic_for`: the date it is swept for.
    `debits_max`: what the account may at most have paid out in all by then.

    Refusals, in this order: `payouts.rail_off`, `people.account_frozen` (their owner's),
    `payouts.no_bank_account`, `payouts.cooling` (with `usable_at`),
    `payouts.insufficient_funds`, `payments.above_spending_limit` (above `debits_max`).
    """
    if rail is None:
        raise problems.rail_off()
    # Before the ledger: takings lie in an account of their own, which the freeze of their owner's wallet leaves alone.
    if await freezes.is_frozen(conn, source.owner):
        raise account_frozen()
    to = await bank_account(conn, source.owner)
    if to is None:
        raise problems.no_bank_account()
    if to.usable_at > clock.now():
        raise problems.cooling(usable_at=msgspec.to_builtins(to.usable_at))
    ours = await rail_accounts(conn, currency=rail.currency)
    transfer = ledger.Transfer(
        id=ids.new(),
        debit=source.account,
        credit=ours.clearing,
        amount=amount,
        currency=rail.currency,
        reason=WITHDRAWN,
        debits_max=debits_max,
    )
    (outcome,) = await ledger.post(conn, [transfer], fresh=True)
    if outcome.code is ledger.Code.ABOVE_DEBITS_MAX:
        raise above_spending_limit()
    if not outcome.ok:
        raise problems.insufficient_funds(ledger_code=outcome.code)
    await db.run(
        conn,
        q.add_payout,
        id=transfer.id,
        rail=RAIL,
        source=source.id,
        source_name=source.name,
        owner=source.owner,
        account=source.account,
        bank_account=to.id,
        amount=amount,
        currency=rail.currency,
        business_date=automatic_for or outcome.business_date,
        automatic=automatic_for is not None,
        requested_at=outcome.at,
    )
    made = await db.one(conn, q.payout, Payout, id=transfer.id, owner=source.owner)
    await events.publish(conn, [events.Fact(stream_of(made.owner), "withdrawal.requested", told(made))])
    return made


async def payout(conn: db.ReadConn, *, owner: UUID, payout_id: UUID, of_wallet: bool = False) -> Payout:
    """One of the payouts from the owner's shops, or from their wallet; `payouts.payout_not_found` for any other."""
    found = await db.maybe(conn, q.payout, Payout, id=payout_id, owner=owner)
    if found is None or (found.shop is None) is not of_wallet:
        raise problems.payout_not_found()
    return found


async def payouts_of(
    conn: db.ReadConn, *, owner: UUID, before: UUID | None = None, limit: int = 20, of_wallet: bool = False
) -> list[Payout]:
    """The payouts from the owner's shops, or from their wallet; newest first."""
    asked = {"owner": owner, "before": before, "limit": limit, "of_wallet": of_wallet}
    return await db.all(conn, q.payouts_of_owner, Payout, **asked)


class NotSweptError(RuntimeError):
    """The standing withdrawal of `source` broke, and is to be tried again."""

    def __init__(self, source: UUID) -> None:
        super().__init__(f"standing withdrawal of {source}")
        self.source = source


async def sweep_one(conn: db.Conn, rail: Rail, *, day: date, but: Collection[UUID] = ()) -> bool:
    """Do the next standing withdrawal for the business date `day`, which is over; whether there was one to do.

    Those of the sources in `but` are passed over. NotSweptError when it breaks: nothing of it may be committed.
    """
    standing = await db.maybe(conn, q.next_standing, Standing, day=day, but=db.ids(but))
    if standing is None:
        return False
    await db.run(conn, q.standing_done, source=standing.source, day=day)
    amount = (await ledger.balance(conn, standing.account)).available - standing.keep
    source = Source(standing.source, standing.source_name, standing.owner, standing.account)
    if amount > 0:
        try:
            async with conn.transaction():
                await withdraw(conn, rail, source=source, amount=amount, automatic_for=day)
        except Problem as refused:
            # The account is too new, or a refund was quicker: the money is still there tomorrow.
            log.info("payouts.not_swept", source=str(source.id), why=refused.code)
        except Exception as broken:
            raise NotSweptError(source.id) from broken
    return True


def yesterday() -> date:
    """The last business date that is over."""
    return ledger.business_date(clock.now()) - timedelta(days=1)


def told(made: Payout) -> dict[str, object]:
    """What the owner's programs learn; without a shop it left their wallet."""
    return {
        "id": str(made.id),
        "shop_id": str(made.shop) if made.shop else None,
        "amount": made.amount,
        "currency": made.currency,
        "state": str(made.state),
    }
