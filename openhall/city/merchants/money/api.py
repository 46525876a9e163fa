"""The JSON API of a merchant's money: balances, withdrawals, the bank account, what is withdrawn each day."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta, Struct

from openhall.base import money, paging
from openhall.city.merchants import money as merchant_money
from openhall.city.merchants.money import Purse
from openhall.core import payouts
from openhall.core.payouts.views import BankAccountBody, BankAccountRequest, NamedBankAccount
from openhall.core.payouts.wallets.api import named
from openhall.core.people import Resident
from openhall.web import edge
from openhall.web.edge import RESIDENT

Me = NamedDependency[Resident]
PAGE = 20


class WithdrawalRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """How much, and from which shop; who has one shop need not say."""

    amount: edge.Amount
    shop_id: UUID | None = None


class StandingRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """What stays in the shop when everything else is withdrawn each day; null: nothing is withdrawn by itself."""

    keep: Annotated[int, Meta(ge=0, le=money.MAX_AMOUNT)] | None


class WithdrawalBody(Struct, frozen=True):
    """A withdrawal. `state` goes from requested, batched, sent and accepted to settled, rejected or returned."""

    id: UUID
    shop_id: UUID
    amount: int
    currency: str
    state: payouts.State
    automatic: bool
    bank_account: str
    reason_code: str | None
    by_hand: payouts.BreakKind | None
    requested_at: datetime
    sent_at: datetime | None
    settled_at: datetime | None
    ended_at: datetime | None

    @staticmethod
    def of(payout: payouts.Payout) -> "WithdrawalBody":
        return WithdrawalBody(
            id=payout.id,
            shop_id=payout.source,
            amount=payout.amount,
            currency=payout.currency,
            state=payout.state,
            automatic=payout.automatic,
            bank_account=payout.masked,
            reason_code=payout.reason_code,
            by_hand=payout.by_hand,
            requested_at=payout.requested_at,
            sent_at=payout.sent_at,
            settled_at=payout.settled_at,
            ended_at=payout.ended_at,
        )


class WithdrawalsBody(Struct, frozen=True):
    """Withdrawals, newest first. `next_cursor` asks for the older ones; null: these were the last."""

    withdrawals: list[WithdrawalBody]
    next_cursor: UUID | None


class PurseBody(Struct, frozen=True):
    """A shop, what of its money may be withdrawn, and what is kept when the rest goes each day."""

    shop_id: UUID
    name: str
    available: int
    keep: int | None

    @staticmethod
    def of(purse: Purse) -> "PurseBody":
        return PurseBody(purse.shop.id, purse.shop.name, purse.available, purse.keep)


class MoneyBody(Struct, frozen=True):
    """What the shops have, in minor units of `currency`."""

    currency: str
    shops: list[PurseBody]


@get("/merchants/me/money", opt=RESIDENT)
async def my_money(reader: edge.Reader, resident: Me, settings: edge.HallSettings) -> MoneyBody:
    """What each of your shops has. Who works at a shop does not see this; its owner does."""
    purses = await merchant_money.purses_of(reader, owner=resident.id)
    return MoneyBody(settings.currency, [PurseBody.of(purse) for purse in purses])


@post("/merchants/me/withdrawals", opt=RESIDENT, responses=edge.answers(WithdrawalBody))
async def withdraw(
    request: Request[Any, Any, Any],
    data: JSONBody[WithdrawalRequest],
    conn: edge.Conn,
    settings: edge.HallSettings,
    resident: Me,
    idempotency_key: edge.IdempotencyKey,
) -> Response[Any]:
    """Send money of a shop to your bank account. It leaves the shop's account at once; ask again how it stands.

    Refusals, in this order: `merchants.shop_not_found`, `merchants.which_shop`, `payouts.rail_off`,
    `payouts.no_bank_account`, `payouts.cooling` (with `usable_at`), `payouts.insufficient_funds`.
    """

    async def act() -> WithdrawalBody:
        rail = payouts.Rail.of(settings)
        made = await merchant_money.withdraw(conn, rail, owner=resident.id, shop=data.shop_id, amount=data.amount)
        return WithdrawalBody.of(made)

    return await edge.once(request, conn, key=idempotency_key, principal=resident.id, body=data, act=act, keep=True)


@get("/merchants/me/withdrawals", opt=RESIDENT)
async def withdrawals(reader: edge.Reader, resident: Me, cursor: FromQuery[UUID | None] = None) -> WithdrawalsBody:
    """Your withdrawals, newest first."""
    found = await payouts.payouts_of(reader, owner=resident.id, before=cursor, limit=PAGE + 1)
    page, more = paging.cut(found, PAGE)
    return WithdrawalsBody([WithdrawalBody.of(payout) for payout in page], more)


@get("/merchants/me/withdrawals/{withdrawal_id:uuid}", opt=RESIDENT)
async def withdrawal(reader: edge.Reader, resident: Me, withdrawal_id: FromPath[UUID]) -> WithdrawalBody:
    """One of your withdrawals."""
    return WithdrawalBody.of(await payouts.payout(reader, owner=resident.id, payout_id=withdrawal_id))


@get("/merchants/me/bank-account", opt=RESIDENT)
async def bank_account(reader: edge.Reader, resident: Me) -> NamedBankAccount:
    """The bank account to which your withdrawals go."""
    found = await payouts.bank_account(reader, resident.id)
    return NamedBankAccount(BankAccountBody.of(found) if found else None)


@put("/merchants/me/bank-account", opt=edge.FRESH)
async def name_bank_account(
    data: JSONBody[BankAccountRequest], pool: edge.Pool, settings: edge.HallSettings, resident: Me
) -> NamedBankAccount:
    """Name the bank account to which your withdrawals go from now on. You prove once more that it is you, your phone is
    told, and withdrawals wait for a day, so that nobody else can send your money elsewhere unseen.

    Refusals: `people.proof_too_old`, `payouts.holder_invalid`, `payouts.number_invalid`, `payouts.bank_code_invalid`,
    `hall.rate_limited`.
    """
    return await named(pool, settings, resident.id, data)


@put("/shops/{shop_id:uuid}/standing-withdrawal", opt=RESIDENT)
async def stand(conn: edge.Conn, resident: Me, shop_id: FromPath[UUID], data: JSONBody[StandingRequest]) -> PurseBody:
    """Withdraw everything above `keep` after each business date, or nothing by itself (null).

    Refusals: `merchants.shop_not_found`, `payouts.no_bank_account`.
    """
    purse = await merchant_money.purse_of(conn, owner=resident.id, shop=shop_id)
    if data.keep is None:
        await payouts.stand_down(conn, source=purse.source)
    else:
        await payouts.stand(conn, source=purse.source, keep=data.keep)
    return PurseBody.of(await merchant_money.purse_of(conn, owner=resident.id, shop=shop_id))


router = edge.api(
    my_money, withdraw, withdrawals, withdrawal, bank_account, name_bank_account, stand, tags=["Merchants' money"]
)
