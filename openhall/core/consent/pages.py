"""The pages of consent: what is done with my data, and what of it I agree to."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from msgspec import Struct

from openhall.base import db
from openhall.base.agreeing import Agreement
from openhall.base.errors import Problem, malformed
from openhall.base.i18n import N_
from openhall.core import consent
from openhall.core.consent import problems, views
from openhall.core.consent.api import MOST, agreements, found
from openhall.core.people import Resident
from openhall.web import edge
from openhall.web.render import Html, language_of, translate

Me = NamedDependency[Resident]
AnyRequest = Request[Any, Any, Any]

BASES = {
    "consent": N_("Your consent"),
    "contract": N_("What you use in the hall"),
    "law": N_("Required by law"),
}
ENDINGS = {
    consent.Ending.WITHDRAWN: N_("Taken back"),
    consent.Ending.REPLACED: N_("Replaced by newer words"),
}


class GiveForm(Struct, frozen=True):
    """The id of the words that the page showed, and where to go afterwards."""

    words: str = ""
    next: str = ""


class WithdrawForm(Struct, frozen=True):
    """Nothing but the button."""


@get("/me/consents", opt=edge.RESIDENT)
async def overview(
    request: AnyRequest,
    reader: edge.Reader,
    resident: Me,
    next: FromQuery[str] = "",  # noqa: A002  as in every address
) -> Response[Html]:
    """Everything that is done with the resident's data: what they may decide, and what they may not."""
    mine, language = await consent.consents_of(reader, resident.id, limit=MOST), language_of(request)
    listed = [views.agreement_body(agreement, mine, language) for agreement in agreements(request)]
    return edge.page(
        request,
        "consent/consents.html",
        mine=[one for one in listed if one.basis == "consent"],
        others=[one for one in listed if one.basis != "consent"],
        bases=_words(request, BASES),
        next=edge.same_site(next, ""),
    )


@get("/me/consents/{code:str}", opt=edge.RESIDENT)
async def show(
    request: AnyRequest,
    reader: edge.Reader,
    resident: Me,
    code: FromPath[str],
    next: FromQuery[str] = "",  # noqa: A002
) -> Response[Html]:
    """One of them: the words, whether it is agreed to, and what was before."""
    return await _page(request, reader, resident, found(request, code), back=next)


@post("/me/consents/{code:str}/give", opt=edge.RESIDENT, status_code=303)
async def give(
    request: AnyRequest, conn: edge.Conn, resident: Me, code: FromPath[str], data: URLEncodedBody[GiveForm]
) -> Response[Any]:
    """Agree to the words that were shown; where they have changed meanwhile, the new ones are shown first."""
    agreement = found(request, code)
    try:
        words = UUID(data.words)
    except ValueError:
        raise malformed() from None
    try:
        await consent.give(conn, resident=resident.id, agreement=agreement, words=words, channel=consent.Channel.PAGE)
    except Problem as problem:
        if problem.definition is not problems.agreement_changed:
            raise
        return await _page(request, conn, resident, agreement, back=data.next, problem=problem)
    return edge.see_other(edge.same_site(data.next, f"/me/consents/{code}"))


@post("/me/consents/{code:str}/withdraw", opt=edge.RESIDENT, status_code=303)
async def withdraw(
    request: AnyRequest, conn: edge.Conn, resident: Me, code: FromPath[str], data: URLEncodedBody[WithdrawForm]
) -> Response[Any]:
    """Take it back. Whoever taps twice took it back once."""
    try:
        await consent.withdraw(conn, resident=resident.id, agreement=found(request, code))
    except Problem as problem:
        if problem.definition is not problems.not_given:
            raise
    return edge.see_other(f"/me/consents/{code}")


async def _page(
    request: AnyRequest,
    reader: db.ReadConn,
    resident: Resident,
    agreement: Agreement,
    *,
    back: str,
    problem: Problem | None = None,
) -> Response[Html]:
    language = language_of(request)
    mine = await consent.consents_of(reader, resident.id, code=agreement.code, limit=MOST)
    context: dict[str, Any] = {
        "agreement": views.agreement_body(agreement, mine, language),
        "past": views.past_bodies(mine, language),
        "bases": _words(request, BASES),
        "endings": _words(request, ENDINGS),
        "next": edge.same_site(back, ""),
    }
    if problem is not None:
        return edge.problem_page(request, "consent/consent.html", problem, **context)
    return edge.page(request, "consent/consent.html", problem=None, **context)


def _words(request: AnyRequest, msgids: dict[Any, str]) -> dict[str, str]:
    language = language_of(request)
    return {str(name): translate(request, language, msgid) for name, msgid in msgids.items()}


router = edge.pages(overview, show, give, withdraw)
