"""The pages of the wallet: balance and statement, topping up, and how a top-up stands."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from msgspec import Struct

from openhall.base import clock, db, ids
from openhall.base.config import Settings
from openhall.base.errors import Problem, malformed
from openhall.base.i18n import N_
from openhall.core import families, ledger, payments, rails
from openhall.core.ledger import Entry
from openhall.core.payments import transfers
from openhall.core.people import Resident
from openhall.core.rails import TopUp
from openhall.core.rails.api import TopUpRequest, require_bank
from openhall.core.rails.rules import months_since
from openhall.web import edge
from openhall.web.render import Html, language_of, translate

PAGE = 30
_FORM = "/wallet/top-up"
Me = NamedDependency[Resident]
AnyRequest = Request[Any, Any, Any]

TITLES = {
    "top_up": N_("Top-up"),
    "card_top_up": N_("Top-up by card"),
    "card_return": N_("Back to your card"),
    "payment": N_("Payment"),
    "refund": N_("Refund"),
    "withdrawal": N_("To my bank"),
    "withdrawal_rejected": N_("A withdrawal that came back"),
    "withdrawal_returned": N_("A withdrawal that came back"),
    "transfer_sent": N_("You sent"),
    "transfer_received": N_("Received"),
    "transfer_back": N_("Money that came back"),
    "unclaimed_given": N_("Came while your account was closed"),
    "bounty": N_("Red packet"),
    "earning": N_("Thanks for a new shop"),
    "opening": N_("Opening balance"),
    "campaign_fund": N_("Budget of a campaign"),
    "campaign_return": N_("Rest of a campaign's budget"),
}
OTHER = N_("Transfer")
# In the statement of whose wallet somebody else paid from.
BY = N_("by {who}")
# Where an entry leads that has a page of its own.
PLACES = {"top_up": "/wallet/top-ups", "card_top_up": "/wallet/card", "withdrawal": "/wallet/withdrawals"}
# What banks say when they say no. A code we do not know is told as "declined".
REASONS = {
    "insufficient_funds": N_("There is not enough money in your bank account."),
    "no_such_agreement": N_("Your bank does not know this agreement any more."),
    "account_frozen": N_("Your bank account is frozen."),
    "cancelled": N_("Your bank did not answer in time, so we called it off."),
    "declined": N_("Your bank declined."),
}


class TopUpForm(Struct, frozen=True):
    """What was typed: a decimal amount and the name of a linked bank account. `next` is the page that waits for it."""

    amount: str = ""
    bank_account: str = ""
    request_key: str = ""
    next: str = ""


class Line(Struct, frozen=True):
    """One line of the statement page. `amount` is positive when money came in."""

    id: int
    title: str
    amount: int
    balance: int
    at: datetime
    href: str | None


class From(Struct, frozen=True):
    """The bank account a top-up comes from."""

    name: str
    bank: str
    masked: str


class Shown(Struct, frozen=True):
    """A top-up on its page."""

    id: UUID
    state: str
    amount: int
    bank_account: From
    at: datetime
    reason: str | None


@get("/wallet", opt=edge.delegable("wallet.read"))
async def wallet(
    request: AnyRequest,
    reader: edge.Reader,
    settings: edge.HallSettings,
    resident: Me,
    month: FromQuery[str | None] = None,
    cursor: FromQuery[int | None] = None,
) -> Response[Html]:
    """The balance and one month of the statement."""
    months = months_since(ledger.business_date(resident.joined_at), ledger.business_date(clock.now()))
    chosen = month or months[0]
    if chosen not in months:
        raise malformed(errors=[{"field": "month", "message": N_("Choose one of the months in your wallet")}])
    balance = await ledger.balance(reader, resident.wallet)
    page = await ledger.statement(reader, resident.wallet, month=chosen, cursor=cursor, limit=PAGE)
    totals = await ledger.totals(reader, resident.wallet, month=chosen)
    return edge.page(
        request,
        "rails/wallet.html",
        balance=balance.posted,
        available=balance.available,
        months=months,
        month=chosen,
        entries=await _lines(request, reader, page.entries, resident),
        next_cursor=page.next_cursor,
        month_in=totals.credits,
        month_out=totals.debits,
        takes_cards=bool(settings.cards_url),
    )


@get(_FORM, opt=edge.RESIDENT)
async def top_up_form(
    request: AnyRequest,
    reader: edge.Reader,
    resident: Me,
    request_key: FromQuery[str] = "",
    next: FromQuery[str] = "",  # noqa: A002  the name of the query parameter everywhere
) -> Response[Any]:
    """How much, and from which bank account; whoever was about to pay is led back to that."""
    onward = edge.same_site(next, "")
    key = await edge.key_of_form(reader, _FORM, request_key, resident.id, next=onward)
    if isinstance(key, Response):
        return key
    accounts = await rails.bank_accounts(reader, resident.id)
    context: dict[str, Any] = {"bank_accounts": accounts, "amount": None, "request_key": key, "next": onward}
    return edge.page(request, "rails/top_up.html", problem=None, **context)


@post(_FORM, opt=edge.RESIDENT, status_code=303)
async def start(
    request: AnyRequest,
    data: URLEncodedBody[TopUpForm],
    conn: edge.Conn,
    settings: edge.HallSettings,
    resident: Me,
) -> Response[Any]:
    """Ask the bank, and go to where the answer will be seen. The hidden key makes a double tap one top-up."""
    try:
        require_bank(settings)
        amount = edge.amount_of(data.amount, settings.currency)
        answer = await _start(request, conn, settings, resident, data, amount)
    except Problem as problem:
        answer = problem
    if isinstance(answer, Problem):
        accounts = await rails.bank_accounts(conn, resident.id)
        context = {"bank_accounts": accounts, "amount": data.amount, "request_key": str(ids.new())}
        context["next"] = edge.same_site(data.next, "")
        return edge.problem_page(request, "rails/top_up.html", answer, **context)
    return edge.see_other(answer)


async def _start(
    request: AnyRequest, conn: db.Conn, settings: Settings, resident: Resident, form: TopUpForm, amount: int
) -> str | Problem:
    async def act() -> str:
        started = await rails.start_top_up(
            conn,
            resident=resident.id,
            wallet=resident.wallet,
            bank_account=form.bank_account,
            amount=amount,
            currency=settings.currency,
            most=settings.top_up_max,
        )
        return edge.with_query(f"/wallet/top-ups/{started.id}", next=edge.same_site(form.next, ""))

    body = TopUpRequest(amount=amount, bank_account=form.bank_account)
    key = form.request_key or None
    return await edge.once_form(request, conn, key=key, principal=resident.id, body=body, act=act, keep=True)


@get("/wallet/top-ups/{top_up_id:uuid}", opt=edge.RESIDENT)
async def show(
    request: AnyRequest,
    reader: edge.Reader,
    resident: Me,
    top_up_id: FromPath[UUID],
    next: FromQuery[str] = "",  # noqa: A002  the name of the query parameter everywhere
) -> Response[Html]:
    """How a top-up stands; the page renews itself while the bank is at work."""
    found = await rails.top_up(reader, resident=resident.id, top_up_id=top_up_id)
    onward = edge.same_site(next, "")
    return edge.page(request, "rails/top_up_state.html", top_up=_shown(request, found), next=onward)


async def _lines(request: AnyRequest, reader: db.ReadConn, entries: Sequence[Entry], resident: Resident) -> list[Line]:
    """The entries with what they were for: a payment by the name of who was paid."""
    language = language_of(request)
    paid = await payments.payee_names(reader, [entry.transfer for entry in entries if entry.reason == "payment"])
    given_back = await payments.refund_names(reader, [entry.transfer for entry in entries if entry.reason == "refund"])
    between = [entry.transfer for entry in entries if entry.reason.startswith("transfer_")]
    acts = await families.acts_about(reader, [entry.transfer for entry in entries if entry.reason == "payment"])
    persons = await transfers.titles(reader, between, resident=resident.id)

    def line(entry: Entry) -> Line:
        title = translate(request, language, TITLES.get(entry.reason, OTHER))
        href = f"{PLACES[entry.reason]}/{entry.transfer}" if entry.reason in PLACES else None
        if name := paid.get(entry.transfer):
            title, href = name, f"/payments/{entry.transfer}"
        if act := acts.get(entry.transfer):
            title = f"{title} · {translate(request, language, BY).format(who=act.actor_called)}"
        if refund := given_back.get(entry.transfer):
            title, href = f"{title} · {refund[1]}", f"/payments/{refund[0]}"
        if person := persons.get(entry.transfer):
            title, href = f"{title} · {person[1]}", f"/transfers/{person[0]}"
        return Line(entry.id, title, entry.amount, entry.balance, entry.at, href)

    return [line(entry) for entry in entries]


def _shown(request: AnyRequest, found: TopUp) -> Shown:
    reason = None
    if found.reason is not None:
        reason = translate(request, language_of(request), REASONS.get(found.reason, REASONS["declined"]))
    account = From(found.bank_account, found.bank, found.masked)
    return Shown(found.id, found.state, found.amount, account, found.at, reason)


router = edge.pages(wallet, top_up_form, start, show)
