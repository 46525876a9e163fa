"""Where money goes: the rail's own accounts in the ledger, owners' bank accounts, and standing withdrawals."""

from datetime import timedelta
from uuid import UUID

from openhall.base import clock, db, events, ids
from openhall.base.config import Settings
from openhall.core import ledger, messages, people
from openhall.core.payouts import problems, rules
from openhall.core.payouts.telling import BANK_ACCOUNT_CHANGED, CHANGED, stream_of
from openhall.core.payouts.types import Accounts, BankAccount, Source, Standing

q = db.load("openhall.core.payouts")

RAIL = "bank_files"


async def rail_accounts(conn: db.Conn, *, currency: str) -> Accounts:
    """The two ledger accounts of the rail; opened when they are first asked for."""
    found = await db.maybe(conn, q.rail, Accounts, name=RAIL)
    if found is not None:
        return found
    await db.all(conn, q.lock_opening, str, name=RAIL)
    return await db.maybe(conn, q.rail, Accounts, name=RAIL) or await _open(conn, currency)


async def _open(conn: db.Conn, currency: str) -> Accounts:
    # Busy: every withdrawal of a city meets in the clearing account, and its floor keeps it from paying twice. The
    # other has no floor: it is what the hall's account at the bank paid out, turned round.
    clearing = await ledger.open_account(
        conn, kind="payouts.clearing", owner=None, currency=currency, floor=0, busy=True
    )
    bank = await ledger.open_account(conn, kind="payouts.bank", owner=None, currency=currency, floor=None, busy=True)
    await db.run(conn, q.add_rail, name=RAIL, clearing=clearing, bank=bank)
    return Accounts(clearing, bank)


async def lock_rail(conn: db.Conn) -> Accounts | None:
    """Batches are made, files used and days compared one after the other. None: the rail was never used.

    Taken before any payout is locked, and before the ledger locks an account. Withdrawing does not take it.
    """
    return await db.maybe(conn, q.lock_rail, Accounts, name=RAIL)


def is_cooling(account: BankAccount | None) -> bool:
    """Whether it was named so newly that nothing goes there yet."""
    return account is not None and account.usable_at > clock.now()


async def link_bank_account(
    conn: db.Conn, settings: Settings, *, owner: UUID, holder: str, number: str, again: str, bank_code: str = ""
) -> BankAccount:
    """Send an owner's money to this account from now on, after the cooling time; the owner is told on the phone.
    `bank_code` may name the bank that has it, by its BIC or its twelve CNAPS digits.

    Refusals, in this order: `people.level_too_low` (of a visitor without a real name), `payouts.holder_invalid`,
    `payouts.number_invalid`, `payouts.numbers_differ`, `payouts.bank_code_invalid`.
    """
    people.require_name(await people.resident(conn, owner))
    cooling = timedelta(hours=settings.payout_cooling_hours)
    before = await bank_account(conn, owner)
    linked = await vouch_bank_account(
        conn, owner=owner, holder=holder, number=number, again=again, bank_code=bank_code, cooling=cooling
    )
    if before == linked:
        return linked
    await messages.tell(conn, owner, BANK_ACCOUNT_CHANGED, masked=linked.masked, at=linked.usable_at)
    told = {"account": linked.masked, "usable_at": linked.usable_at.isoformat()}
    await events.publish(conn, [events.Fact(stream_of(owner), CHANGED, told)])
    return linked


async def vouch_bank_account(
    conn: db.Conn,
    *,
    owner: UUID,
    holder: str,
    number: str,
    again: str,
    cooling: timedelta,
    bank_code: str = "",
) -> BankAccount:
    """As `link_bank_account` for an account that a bank vouches for: nobody needs to be warned of it.

    The same account again changes nothing.
    """
    holder, cleaned = holder.strip(), rules.clean_number(number)
    if not holder or rules.unwritable(holder, "probe"):
        raise problems.holder_invalid()
    if cleaned is None or rules.unwritable(holder, cleaned):
        raise problems.number_invalid()
    if rules.clean_number(again) != cleaned:
        raise problems.numbers_differ()
    bank = rules.clean_bank_code(bank_code)
    if bank is None and bank_code.strip():
        raise problems.bank_code_invalid()
    await db.all(conn, q.lock_owner, str, owner=owner)
    found = await bank_account(conn, owner)
    if found is not None and (found.holder, found.number, found.bank_code) == (holder, cleaned, bank):
        return found
    now = clock.now()
    await db.run(conn, q.end_bank_account, owner=owner, now=now)
    linked = BankAccount(ids.new(), owner, holder, cleaned, bank, now, now + cooling)
    await db.run(
        conn,
        q.add_bank_account,
        id=linked.id,
        owner=owner,
        holder=holder,
        number=cleaned,
        bank_code=bank,
        now=now,
        usable_at=linked.usable_at,
    )
    return linked


async def bank_account(conn: db.ReadConn, owner: UUID) -> BankAccount | None:
    """The account that an owner's money goes to, if they have named one."""
    return await db.maybe(conn, q.bank_account, BankAccount, owner=owner)


async def stand(conn: db.Conn, *, source: Source, keep: int) -> None:
    """Withdraw everything above `keep` after each business date, beginning with today's.

    Refusals: `payouts.keep_invalid`, `payouts.no_bank_account`.
    """
    if keep < 0:
        raise problems.keep_invalid()
    if await bank_account(conn, source.owner) is None:
        raise problems.no_bank_account()
    yesterday = ledger.business_date(clock.now()) - timedelta(days=1)
    await db.run(
        conn,
        q.put_standing,
        source=source.id,
        source_name=source.name,
        owner=source.owner,
        account=source.account,
        keep=keep,
        done_for=yesterday,
    )


async def stand_down(conn: db.Conn, *, source: Source) -> None:
    """Withdraw only when asked."""
    await db.run(conn, q.drop_standing, source=source.id, owner=source.owner)


async def standing_of(conn: db.ReadConn, owner: UUID) -> dict[UUID, Standing]:
    """The standing withdrawals of an owner, by source."""
    return {one.source: one for one in await db.all(conn, q.standing_of_owner, Standing, owner=owner)}
