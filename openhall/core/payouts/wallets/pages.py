"""The pages of withdrawals from one's own wallet: what went, withdraw, how it stands, and the bank account."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from msgspec import Struct

from openhall.base import db, ids, limits, paging
from openhall.base.errors import Problem
from openhall.base.money import plain
from openhall.core import ledger, payouts, people
from openhall.core.payouts import wallets, wording
from openhall.core.payouts.views import BankAccountForm
from openhall.core.payouts.wallets.api import LINKING, PAGE, WalletWithdrawalRequest
from openhall.core.people import Resident
from openhall.web import edge
from openhall.web.edge import RESIDENT
from openhall.web.render import Html, language_of, translate

AnyRequest = Request[Any, Any, Any]
Me = NamedDependency[Resident]
_WITHDRAW, _WITHDRAWALS, _ACCOUNT = "/wallet/withdraw", "/wallet/withdrawals", "/wallet/bank-account"


class WithdrawForm(Struct, frozen=True):
    """A withdrawal as it was typed."""

    amount: str = ""
    request_key: str = ""


@get(_WITHDRAWALS, opt=RESIDENT)
async def overview(
    request: AnyRequest, reader: edge.Reader, resident: Me, cursor: FromQuery[UUID | None] = None
) -> Response[Html]:
    """Where the money goes, and what went."""
    found = await payouts.payouts_of(reader, owner=resident.id, before=cursor, limit=PAGE + 1, of_wallet=True)
    page, more = paging.cut(found, PAGE)
    account = await payouts.bank_account(reader, resident.id)
    return edge.page(
        request,
        "payouts/wallet_withdrawals.html",
        account=account,
        is_cooling=payouts.is_cooling(account),
        withdrawals=[shown(request, payout) for payout in page],
        next_cursor=more,
    )


@get(_WITHDRAW, opt=RESIDENT)
async def withdraw_form(
    request: AnyRequest,
    reader: edge.Reader,
    resident: Me,
    settings: edge.HallSettings,
    request_key: FromQuery[str] = "",
    everything: FromQuery[bool] = False,
) -> Response[Any]:
    """How much; with `everything` all that is there stands in the form."""
    key = await edge.key_of_form(reader, _WITHDRAW, request_key, resident.id, everything="true" if everything else "")
    if isinstance(key, Response):
        return key
    people.require_name(resident)
    shown = await _form(reader, resident, WithdrawForm(request_key=key))
    if everything and shown["available"] > 0:
        shown["amount"] = plain(shown["available"], settings.currency)
    return edge.page(request, "payouts/wallet_withdraw.html", problem=None, **shown)


@post(_WITHDRAW, opt=RESIDENT, status_code=303)
async def withdraw(
    request: AnyRequest,
    data: URLEncodedBody[WithdrawForm],
    conn: edge.Conn,
    settings: edge.HallSettings,
    resident: Me,
) -> Response[Any]:
    """Send it. The hidden key makes a double tap one withdrawal."""

    async def act() -> str:
        made = await wallets.withdraw(conn, settings, resident=resident, amount=amount)
        return f"{_WITHDRAWALS}/{made.id}"

    try:
        amount = edge.amount_of(data.amount, settings.currency)
        body = WalletWithdrawalRequest(amount=amount)
        made = await edge.once_form(
            request, conn, key=data.request_key, principal=resident.id, body=body, act=act, keep=True
        )
    except Problem as problem:
        made = problem
    if isinstance(made, Problem):
        again = WithdrawForm(amount=data.amount, request_key=str(ids.new()))
        return edge.problem_page(request, "payouts/wallet_withdraw.html", made, **await _form(conn, resident, again))
    return edge.see_other(made)


@get("/wallet/withdrawals/{withdrawal_id:uuid}", opt=RESIDENT)
async def withdrawal(
    request: AnyRequest, reader: edge.Reader, resident: Me, withdrawal_id: FromPath[UUID]
) -> Response[Html]:
    """How a withdrawal stands, step by step."""
    found = await payouts.payout(reader, owner=resident.id, payout_id=withdrawal_id, of_wallet=True)
    return withdrawal_page(request, found)


@get(_ACCOUNT, opt=edge.FRESH)
async def account_form(request: AnyRequest, reader: edge.Reader, resident: Me) -> Response[Html]:
    """Where the money goes."""
    people.require_name(resident)
    form = BankAccountForm(holder=resident.name or "")
    shown = await account_shown(request, reader, resident.id, form, back=_WITHDRAWALS)
    return edge.page(request, "payouts/bank_account.html", problem=None, **shown)


@post(_ACCOUNT, opt=edge.FRESH, status_code=303)
async def link(
    request: AnyRequest,
    data: URLEncodedBody[BankAccountForm],
    pool: edge.Pool,
    settings: edge.HallSettings,
    resident: Me,
) -> Response[Any]:
    """Send it there from now on."""
    return await link_typed(request, pool, settings, resident, data, back=_WITHDRAWALS)


async def link_typed(
    request: AnyRequest,
    pool: db.Pool,
    settings: edge.HallSettings,
    resident: Resident,
    form: BankAccountForm,
    *,
    back: str,
) -> Response[Any]:
    """Name the bank account that was typed and go to `back`, or show the page again with what is wrong."""
    try:
        await limits.take(pool, LINKING, str(resident.id))
        async with pool.write() as conn:
            await payouts.link_bank_account(
                conn,
                settings,
                owner=resident.id,
                holder=form.holder,
                number=form.number,
                again=form.again,
                bank_code=form.bank_code,
            )
    except Problem as problem:
        async with pool.read() as reader:
            shown = await account_shown(request, reader, resident.id, form, back=back)
        return edge.problem_page(request, "payouts/bank_account.html", problem, **shown)
    return edge.see_other(back)


async def account_shown(
    request: AnyRequest, reader: db.ReadConn, owner: UUID, form: BankAccountForm, *, back: str
) -> dict[str, Any]:
    """What the page of the bank account shows; it posts to its own address, and `back` is where it leads."""
    return {
        "account": await payouts.bank_account(reader, owner),
        "holder": form.holder,
        "number": form.number,
        "again": form.again,
        "bank_code": form.bank_code,
        "hours": request.app.state.settings.payout_cooling_hours,
        "back": back,
        "action": request.url.path,
    }


def shown(request: AnyRequest, payout: payouts.Payout) -> wording.Shown:
    """A withdrawal in the words of whoever reads."""
    language = language_of(request)
    return wording.shown(payout, lambda text: translate(request, language, text))


def withdrawal_page(request: AnyRequest, found: payouts.Payout) -> Response[Html]:
    """How a withdrawal stands, step by step, from a wallet or from a shop."""
    under_way = found.state in payouts.UNDER_WAY
    return edge.page(request, "payouts/withdrawal.html", withdrawal=shown(request, found), under_way=under_way)


async def _form(reader: db.ReadConn, resident: Resident, form: WithdrawForm) -> dict[str, Any]:
    account = await payouts.bank_account(reader, resident.id)
    return {
        "available": (await ledger.balance(reader, resident.wallet)).available,
        "account": account,
        "is_cooling": payouts.is_cooling(account),
        "amount": form.amount,
        "request_key": form.request_key,
    }


router = edge.pages(overview, withdraw_form, withdraw, withdrawal, account_form, link)
