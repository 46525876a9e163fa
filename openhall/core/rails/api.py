"""The JSON API of the wallet, and the door for the bank's notices."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta, Struct

from openhall.base.config import Settings
from openhall.core import ledger, rails
from openhall.core.people import Resident
from openhall.core.rails import problems
from openhall.core.rails.jobs import NOTICES
from openhall.core.rails.views import EntriesView, EntryView, TopUpView, WalletView
from openhall.web import edge

PAGE = 50

Me = NamedDependency[Resident]
Cursor = Annotated[
    int | None, QueryParameter(ge=1, le=2**63 - 1, description="`next_cursor` of the page above.", required=False)
]


class TopUpRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Bring money from a linked bank account into the wallet."""

    amount: edge.Amount
    bank_account: Annotated[str, Meta(min_length=1, max_length=40, description="Name of a linked bank account.")]


@get("/wallet", opt=edge.delegable("wallet.read"))
async def wallet(reader: edge.Reader, resident: Me) -> WalletView:
    """What your wallet has, and what of it you may spend; or the wallet of whom you act for."""
    found = await ledger.balance(reader, resident.wallet)
    return WalletView(found.posted, found.available, found.currency)


@get("/wallet/entries", opt=edge.delegable("wallet.read"))
async def entries(reader: edge.Reader, resident: Me, cursor: Cursor = None) -> EntriesView:
    """The statement of your wallet, newest first."""
    page = await ledger.statement(reader, resident.wallet, cursor=cursor, limit=PAGE)
    return EntriesView([EntryView.of(entry) for entry in page.entries], page.next_cursor)


@post("/wallet/top-ups", opt=edge.RESIDENT, responses=edge.answers(TopUpView))
async def start(
    request: Request[Any, Any, Any],
    data: JSONBody[TopUpRequest],
    conn: edge.Conn,
    settings: edge.HallSettings,
    resident: Me,
    idempotency_key: edge.IdempotencyKey,
) -> Response[Any]:
    """Top up from a linked bank account. The answer says `processing`: ask again until the bank has decided.

    Refusals, in this order: `rails.bank_off`, `rails.amount_too_large`, `rails.bank_account_unknown`,
    `rails.too_many_processing`.
    """
    require_bank(settings)

    async def act() -> TopUpView:
        return TopUpView.of(
            await rails.start_top_up(
                conn,
                resident=resident.id,
                wallet=resident.wallet,
                bank_account=data.bank_account,
                amount=data.amount,
                currency=settings.currency,
                most=settings.top_up_max,
            )
        )

    return await edge.once(request, conn, key=idempotency_key, principal=resident.id, body=data, act=act, keep=True)


@get("/wallet/top-ups/{top_up_id:uuid}", opt=edge.RESIDENT)
async def show(reader: edge.Reader, resident: Me, top_up_id: FromPath[UUID]) -> TopUpView:
    """One of your top-ups."""
    return TopUpView.of(await rails.top_up(reader, resident=resident.id, top_up_id=top_up_id))


@post("", opt=edge.PARTNER, status_code=204)
async def notice(request: Request[Any, Any, Any], conn: edge.Conn, settings: edge.HallSettings) -> None:
    """A notice of the bank, signed as in Standard Webhooks. 204 also for one that was here before."""
    read = rails.read_notice(request.headers, await request.body(), secret=settings.bank_secret)
    await rails.receive(conn, read)


def require_bank(settings: Settings) -> None:
    """Problem `rails.bank_off` in a hall that has no bank: a top-up would wait for ever."""
    if not (settings.bank_url and settings.bank_secret):
        raise problems.bank_off()


router = edge.api(wallet, entries, start, show, tags=["Wallet"])
partner_router = Router(
    path=NOTICES,
    route_handlers=[notice],
    opt={"api": False, "exclude_from_csrf": True},
    include_in_schema=False,
)
