"""The pages of a merchant's money: what there is, withdraw it, how it stands, the bank account, each day by itself."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from msgspec import Struct, structs

from openhall.base import db, ids, paging
from openhall.base.errors import Problem
from openhall.base.money import plain
from openhall.city.merchants import money
from openhall.city.merchants.money.api import PAGE
from openhall.core import payouts
from openhall.core.payouts.views import BankAccountForm
from openhall.core.payouts.wallets.pages import account_shown, link_typed, shown, withdrawal_page
from openhall.core.people import Resident
from openhall.web import edge
from openhall.web.edge import RESIDENT
from openhall.web.render import Html

AnyRequest = Request[Any, Any, Any]
Me = NamedDependency[Resident]
_WITHDRAW, _MONEY = "/money/withdraw", "/money"


class WithdrawForm(Struct, frozen=True):
    """A withdrawal as it was typed."""

    shop: str = ""
    amount: str = ""
    request_key: str = ""


class StandingForm(Struct, frozen=True):
    """What is to be kept; empty with the button that ends it."""

    keep: str = ""
    end: str = ""


@get("/money", opt=RESIDENT)
async def overview(
    request: AnyRequest, reader: edge.Reader, resident: Me, cursor: FromQuery[UUID | None] = None
) -> Response[Html]:
    """What each shop has, where it goes, and what went."""
    purses = await money.purses_of(reader, owner=resident.id)
    found = await payouts.payouts_of(reader, owner=resident.id, before=cursor, limit=PAGE + 1)
    page, more = paging.cut(found, PAGE)
    account = await payouts.bank_account(reader, resident.id)
    return edge.page(
        request,
        "merchants/money.html",
        purses=purses,
        total=sum(purse.available for purse in purses),
        account=account,
        is_cooling=payouts.is_cooling(account),
        withdrawals=[shown(request, payout) for payout in page],
        next_cursor=more,
    )


@get(_WITHDRAW, opt=RESIDENT)
async def withdraw_form(
    request: AnyRequest, reader: edge.Reader, resident: Me, shop: FromQuery[str] = "", request_key: FromQuery[str] = ""
) -> Response[Any]:
    """How much, from which shop."""
    key = await edge.key_of_form(reader, _WITHDRAW, request_key, resident.id)
    if isinstance(key, Response):
        return key
    form = WithdrawForm(shop=shop, request_key=key)
    return edge.page(request, "merchants/withdraw.html", problem=None, **await _form(reader, resident.id, form))


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
        rail = payouts.Rail.of(settings)
        made = await money.withdraw(conn, rail, owner=resident.id, shop=_id(data.shop), amount=amount)
        return f"/money/withdrawals/{made.id}"

    try:
        amount = edge.amount_of(data.amount, settings.currency)
        made = await edge.once_form(
            request, conn, key=data.request_key, principal=resident.id, body=data, act=act, keep=True
        )
    except Problem as problem:
        made = problem
    if isinstance(made, Problem):
        again = structs.replace(data, request_key=str(ids.new()))
        return edge.problem_page(request, "merchants/withdraw.html", made, **await _form(conn, resident.id, again))
    return edge.see_other(made)


@get("/money/withdraw/everything", opt=RESIDENT)
async def withdraw_everything(
    request: AnyRequest, reader: edge.Reader, resident: Me, settings: edge.HallSettings, shop: FromQuery[str] = ""
) -> Response[Any]:
    """A last look before a shop is emptied: the sum, and where it goes."""
    account = await payouts.bank_account(reader, resident.id)
    purses = await money.purses_of(reader, owner=resident.id)
    purse = next((one for one in purses if str(one.shop.id) == shop and one.available > 0), None)
    if account is None or purse is None:
        return edge.see_other(_WITHDRAW)
    sum_ = plain(purse.available, settings.currency)
    context: dict[str, Any] = {"purse": purse, "account": account, "typed": sum_, "request_key": str(ids.new())}
    return edge.page(request, "merchants/withdraw_all.html", **context)


@get("/money/withdrawals/{withdrawal_id:uuid}", opt=RESIDENT)
async def withdrawal(
    request: AnyRequest, reader: edge.Reader, resident: Me, withdrawal_id: FromPath[UUID]
) -> Response[Html]:
    """How a withdrawal stands, step by step."""
    found = await payouts.payout(reader, owner=resident.id, payout_id=withdrawal_id)
    return withdrawal_page(request, found)


@get("/money/bank-account", opt=edge.FRESH)
async def account_form(request: AnyRequest, reader: edge.Reader, resident: Me) -> Response[Html]:
    """Where the money goes."""
    form = BankAccountForm(holder=resident.name or "")
    shown = await account_shown(request, reader, resident.id, form, back=_MONEY)
    return edge.page(request, "payouts/bank_account.html", problem=None, **shown)


@post("/money/bank-account", opt=edge.FRESH, status_code=303)
async def link(
    request: AnyRequest,
    data: URLEncodedBody[BankAccountForm],
    pool: edge.Pool,
    settings: edge.HallSettings,
    resident: Me,
) -> Response[Any]:
    """Send it there from now on."""
    return await link_typed(request, pool, settings, resident, data, back=_MONEY)


@get("/money/automatic/{shop_id:uuid}", opt=RESIDENT)
async def standing_form(
    request: AnyRequest, reader: edge.Reader, resident: Me, settings: edge.HallSettings, shop_id: FromPath[UUID]
) -> Response[Html]:
    """What a shop withdraws by itself."""
    purse = await money.purse_of(reader, owner=resident.id, shop=shop_id)
    keep = "" if purse.keep is None else plain(purse.keep, settings.currency)
    return edge.page(request, "merchants/automatic.html", problem=None, purse=purse, keep=keep)


@post("/money/automatic/{shop_id:uuid}", opt=RESIDENT, status_code=303)
async def stand(
    request: AnyRequest,
    data: URLEncodedBody[StandingForm],
    pool: edge.Pool,
    settings: edge.HallSettings,
    resident: Me,
    shop_id: FromPath[UUID],
) -> Response[Any]:
    """Switch it on with what is to be kept, or off."""
    async with pool.read() as reader:
        purse = await money.purse_of(reader, owner=resident.id, shop=shop_id)
    try:
        async with pool.write() as conn:
            if data.end:
                await payouts.stand_down(conn, source=purse.source)
            else:
                await payouts.stand(conn, source=purse.source, keep=_kept(data.keep, settings.currency))
    except Problem as problem:
        return edge.problem_page(request, "merchants/automatic.html", problem, purse=purse, keep=data.keep)
    return edge.see_other("/money")


def _kept(text: str, currency: str) -> int:
    """What is to be kept, which may be nothing."""
    return 0 if text.strip().strip("0.。") == "" else edge.amount_of(text, currency)


def _id(text: str) -> UUID | None:
    """The shop that was chosen; one that is no id was not, and is not found."""
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


async def _form(reader: db.ReadConn, owner: UUID, form: WithdrawForm) -> dict[str, Any]:
    account = await payouts.bank_account(reader, owner)
    return {
        "purses": [purse for purse in await money.purses_of(reader, owner=owner) if purse.available > 0],
        "account": account,
        "is_cooling": payouts.is_cooling(account),
        "shop": form.shop,
        "amount": form.amount,
        "request_key": form.request_key,
    }


router = edge.pages(
    overview, withdraw_form, withdraw, withdraw_everything, withdrawal, account_form, link, standing_form, stand
)
