"""The JSON API of withdrawals from one's own wallet, and of the bank account that they go to."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Struct

from openhall.base import db, limits, paging
from openhall.base.config import Settings
from openhall.core import payouts
from openhall.core.payouts import wallets
from openhall.core.payouts.views import (
    BankAccountBody,
    BankAccountRequest,
    NamedBankAccount,
    WalletWithdrawal,
    WalletWithdrawals,
)
from openhall.core.people import Resident
from openhall.web import edge
from openhall.web.edge import RESIDENT

Me = NamedDependency[Resident]
PAGE = 20
# Each change sends a text message, and a bank account is not changed every hour.
LINKING = limits.Limit("payouts.bank_account", 10, timedelta(days=1))


class WalletWithdrawalRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """How much of the wallet."""

    amount: edge.Amount


@post("/me/withdrawals", opt=RESIDENT, responses=edge.answers(WalletWithdrawal))
async def withdraw(
    request: Request[Any, Any, Any],
    data: JSONBody[WalletWithdrawalRequest],
    conn: edge.Conn,
    settings: edge.HallSettings,
    resident: Me,
    idempotency_key: edge.IdempotencyKey,
) -> Response[Any]:
    """Send money of your wallet to your bank account. It leaves the wallet at once; ask again how it stands.

    Refusals, in this order: `people.level_too_low` (of a visitor without a real name), `payments.above_own_limit`,
    `payments.above_spending_limit`, `payouts.rail_off`, `people.account_frozen`, `payouts.no_bank_account`,
    `payouts.cooling` (with `usable_at`), `payouts.insufficient_funds`.
    """

    async def act() -> WalletWithdrawal:
        return WalletWithdrawal.of(
            await wallets.withdraw(conn, settings, resident=resident, amount=data.amount),
        )

    return await edge.once(request, conn, key=idempotency_key, principal=resident.id, body=data, act=act, keep=True)


@get("/me/withdrawals", opt=RESIDENT)
async def withdrawals(reader: edge.Reader, resident: Me, cursor: FromQuery[UUID | None] = None) -> WalletWithdrawals:
    """What you withdrew from your wallet, newest first."""
    found = await payouts.payouts_of(reader, owner=resident.id, before=cursor, limit=PAGE + 1, of_wallet=True)
    page, more = paging.cut(found, PAGE)
    return WalletWithdrawals([WalletWithdrawal.of(payout) for payout in page], more)


@get("/me/withdrawals/{withdrawal_id:uuid}", opt=RESIDENT)
async def withdrawal(reader: edge.Reader, resident: Me, withdrawal_id: FromPath[UUID]) -> WalletWithdrawal:
    """One of the withdrawals from your wallet."""
    found = await payouts.payout(reader, owner=resident.id, payout_id=withdrawal_id, of_wallet=True)
    return WalletWithdrawal.of(found)


@get("/me/bank-account", opt=RESIDENT)
async def bank_account(reader: edge.Reader, resident: Me) -> NamedBankAccount:
    """The bank account to which your withdrawals go, from your wallet and from your shops."""
    found = await payouts.bank_account(reader, resident.id)
    return NamedBankAccount(BankAccountBody.of(found) if found else None)


@put("/me/bank-account", opt=edge.FRESH)
async def name_bank_account(
    data: JSONBody[BankAccountRequest], pool: edge.Pool, settings: edge.HallSettings, resident: Me
) -> NamedBankAccount:
    """Name the bank account to which your withdrawals go from now on. You prove once more that it is you, your phone is
    told, and withdrawals wait for a day, so that nobody else can send your money elsewhere unseen.

    Refusals: `people.proof_too_old`, `people.level_too_low` (of a visitor without a real name),
    `payouts.holder_invalid`, `payouts.number_invalid`, `payouts.bank_code_invalid`, `hall.rate_limited`.
    """
    return await named(pool, settings, resident.id, data)


async def named(pool: db.Pool, settings: Settings, owner: UUID, said: BankAccountRequest) -> NamedBankAccount:
    """The account that a program names for its resident, ten times a day at most."""
    await limits.take(pool, LINKING, str(owner))
    async with pool.write() as conn:
        linked = await payouts.link_bank_account(
            conn,
            settings,
            owner=owner,
            holder=said.holder,
            number=said.number,
            again=said.number,
            bank_code=said.bank_code,
        )
    return NamedBankAccount(BankAccountBody.of(linked))


router = edge.api(withdraw, withdrawals, withdrawal, bank_account, name_bank_account, tags=["Wallet"])
