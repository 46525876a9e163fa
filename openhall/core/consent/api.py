"""The JSON API of consent: what is done with my data, and what of it I agree to."""

from typing import Any

from litestar import Request, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from openhall.base import db
from openhall.base.agreeing import Agreement
from openhall.core import consent
from openhall.core.consent import problems, views
from openhall.core.people import Resident
from openhall.web import edge
from openhall.web.render import language_of

Me = NamedDependency[Resident]
AnyRequest = Request[Any, Any, Any]
# More yeses than anybody says in a life, and few enough for one answer.
MOST = 200


def agreements(request: AnyRequest) -> list[Agreement]:
    """What all packages of this hall declare."""
    return [agreement for package in request.app.state.packages for agreement in package.agreements]


def found(request: AnyRequest, code: str) -> Agreement:
    """One of them; Problem `consent.agreement_unknown`."""
    for agreement in agreements(request):
        if agreement.code == code:
            return agreement
    raise problems.agreement_unknown()


async def _body(request: AnyRequest, reader: db.ReadConn, resident: Resident) -> views.ConsentsBody:
    mine, language = await consent.consents_of(reader, resident.id, limit=MOST), language_of(request)
    return views.ConsentsBody(
        [views.agreement_body(agreement, mine, language) for agreement in agreements(request)],
        views.past_bodies(mine, language),
    )


@get("/me/consents", opt=edge.RESIDENT)
async def consents(request: AnyRequest, reader: edge.Reader, resident: Me) -> views.ConsentsBody:
    """What is done with your data, by whom, for what and on what ground; and what you agreed to before."""
    return await _body(request, reader, resident)


@post("/me/consents", opt=edge.RESIDENT, status_code=200)
async def give_consent(
    request: AnyRequest, conn: edge.Conn, resident: Me, data: JSONBody[views.GiveRequest]
) -> views.ConsentsBody:
    """Agree to the words that you read. Doing it again changes nothing. Refusals, in this order:
    `consent.agreement_unknown`, `consent.not_by_consent`, `consent.agreement_changed`.
    """
    agreement = found(request, data.agreement)
    await consent.give(conn, resident=resident.id, agreement=agreement, words=data.words, channel=consent.Channel.API)
    return await _body(request, conn, resident)


@delete("/me/consents/{agreement:str}", opt=edge.RESIDENT)
async def withdraw_consent(request: AnyRequest, conn: edge.Conn, resident: Me, agreement: FromPath[str]) -> None:
    """Take your consent back; it ends at once. Refusals, in this order: `consent.agreement_unknown`,
    `consent.not_by_consent`, `consent.not_given`.
    """
    await consent.withdraw(conn, resident=resident.id, agreement=found(request, agreement))


router = edge.api(consents, give_consent, withdraw_consent, tags=["Privacy"])
