"""The operator's pages: each day at the bank, batches, files, and differences to be resolved.

They exist for operators only; anybody else is told that there is nothing here.
"""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from msgspec import Struct

from openhall.base import db
from openhall.base.errors import Problem
from openhall.base.i18n import N_
from openhall.core import people
from openhall.core.payouts import problems, rules
from openhall.core.payouts.actions import batches, breaks, exchange, exits, files
from openhall.core.payouts.ports import Folder
from openhall.core.payouts.telling import BATCH
from openhall.core.payouts.types import BatchState, Break, BreakKind, File, FileKind, Rail, State, Way
from openhall.core.people import Resident, accesses
from openhall.web import edge
from openhall.web.edge import OPERATOR, shows
from openhall.web.render import Html, language_of, translate

AnyRequest = Request[Any, Any, Any]
Me = NamedDependency[Resident]
LINES = 30

BATCHES = {
    BatchState.READY: N_("To be sent"),
    BatchState.SENT: N_("Sent to the bank"),
    BatchState.FINISHED: N_("Finished"),
}
STATES = {
    State.REQUESTED: N_("Requested"),
    State.BATCHED: N_("In a batch"),
    State.SENT: N_("Sent to the bank"),
    State.ACCEPTED: N_("In the bank's hands"),
    State.SETTLED: N_("Arrived"),
    State.REJECTED: N_("Rejected by the bank"),
    State.RETURNED: N_("Came back"),
}
BY_HAND = {
    State.SETTLED: N_("Settled by two operators"),
    State.REJECTED: N_("Given back by two operators"),
    State.RETURNED: N_("Given back by two operators"),
}
KINDS = {
    FileKind.STATUS: N_("Status report"),
    FileKind.STATEMENT: N_("Statement of a day"),
    FileKind.NOTIFICATION: N_("Notice of entries"),
}
BREAKS = {
    BreakKind.MISSING_OURS: N_("The bank booked what we do not know"),
    BreakKind.MISSING_THEIRS: N_("The bank has not booked it for days"),
    BreakKind.AMOUNT: N_("The bank booked another amount"),
    BreakKind.LATE: N_("Not booked on its day, may still come"),
    BreakKind.DUPLICATE: N_("The bank booked it twice"),
    BreakKind.CONTRADICTION: N_("The bank speaks against its own word"),
    BreakKind.BALANCE: N_("A statement does not begin where the last one ended"),
    BreakKind.SECOND_COPY: N_("The bank says that it has this already"),
    BreakKind.FROZEN: N_("Its owner's account was frozen"),
    BreakKind.UNWRITABLE: N_("It cannot be written into a bank's file"),
}


WAYS = {
    Way.SETTLED: N_("Settled as the bank booked it"),
    Way.GIVE_BACK: N_("Give the money back"),
}


class ResolveForm(Struct, frozen=True):
    """Why a difference is explained; with a way, why its payout should end so."""

    reason: str = ""
    way: str = ""


class AnswerForm(Struct, frozen=True):
    """Another operator's answer to what was asked in this step; anything but `confirm` declines."""

    step: int
    answer: str = ""


@get("/operator/bank", opt=OPERATOR | shows())
async def overview(
    request: AnyRequest, reader: edge.Reader, resident: Me, settings: edge.HallSettings
) -> Response[Html]:
    """Open differences, the days, the batches, the files."""
    await people.require_operator(reader, resident.id)
    return edge.page(
        request,
        "payouts/bank.html",
        is_on=Rail.of(settings) is not None,
        breaks=await breaks.newest(reader, limit=LINES),
        has_statement=await breaks.has_statement(reader),
        days=await breaks.days(reader, limit=LINES),
        batches=await batches.newest(reader, limit=LINES),
        files=[_file(request, file) for file in await files.newest(reader, limit=LINES)],
        batch_states=_words(request, BATCHES),
        break_kinds=_words(request, BREAKS),
        file_kinds=_words(request, KINDS),
    )


@get("/operator/bank/batches/{batch_id:uuid}", opt=OPERATOR | shows(BATCH))
async def batch(request: AnyRequest, conn: edge.Conn, resident: Me, batch_id: FromPath[UUID]) -> Response[Html]:
    """One batch and what is in it."""
    await people.require_operator(conn, resident.id)
    found = await batches.find(conn, batch_id)
    inside = await batches.payouts_in(conn, batch_id)
    await accesses.saw(conn, BATCH, accesses.operator(resident), [one.owner for one in inside], about=batch_id)
    return edge.page(
        request,
        "payouts/batch.html",
        batch=found,
        payouts=inside,
        can_resend=found.state is BatchState.SENT and not await batches.has_exits(conn, batch_id),
        batch_states=_words(request, BATCHES),
        states=_words(request, STATES),
        by_hand=_words(request, BY_HAND),
    )


@post("/operator/bank/batches/{batch_id:uuid}/resend", opt=OPERATOR | shows(), status_code=303)
async def resend(pool: edge.Pool, resident: Me, settings: edge.HallSettings, batch_id: FromPath[UUID]) -> Response[str]:
    """Lay the file of a batch out once more: the same name, the same bytes."""
    rail = Rail.of(settings)
    async with pool.write() as conn:
        await people.require_operator(conn, resident.id)
        if rail is None:
            raise problems.rail_off()
        file = await batches.resend(conn, batch=batch_id, resident=resident.id)
    await exchange.lay(Folder(rail), file)
    return edge.see_other(f"/operator/bank/batches/{batch_id}")


@get("/operator/bank/breaks/{break_id:uuid}", opt=OPERATOR | shows())
async def difference(
    request: AnyRequest, reader: edge.Reader, resident: Me, break_id: FromPath[UUID]
) -> Response[Html]:
    """One difference, its history, and a place for the reason or for an answer."""
    await people.require_operator(reader, resident.id)
    shown = await _break(request, reader, resident, break_id)
    return edge.page(request, "payouts/break.html", problem=None, **shown)


@post("/operator/bank/breaks/{break_id:uuid}", opt=OPERATOR | shows(), status_code=303)
async def resolve(
    request: AnyRequest, data: URLEncodedBody[ResolveForm], pool: edge.Pool, resident: Me, break_id: FromPath[UUID]
) -> Response[Any]:
    """Resolve it with a reason, or ask that its payout end."""
    try:
        async with pool.write() as conn:
            await people.require_operator(conn, resident.id)
            if data.way:
                await exits.ask(conn, break_id=break_id, resident=resident.id, way=data.way, reason=data.reason)
            else:
                await breaks.resolve(conn, break_id=break_id, resident=resident.id, reason=data.reason)
    except Problem as problem:
        if problem.definition is not problems.reason_missing:
            raise
        async with pool.read() as reader:
            shown = await _break(request, reader, resident, break_id)
        return edge.problem_page(request, "payouts/break.html", problem, **shown)
    return edge.see_other(f"/operator/bank/breaks/{break_id}")


@post("/operator/bank/breaks/{break_id:uuid}/answer", opt=OPERATOR | shows(), status_code=303)
async def answer(
    data: URLEncodedBody[AnswerForm], pool: edge.Pool, resident: Me, break_id: FromPath[UUID]
) -> Response[str]:
    """Confirm what another operator asked for, or decline it."""
    do = exits.confirm if data.answer == "confirm" else exits.decline
    async with pool.write() as conn:
        await people.require_operator(conn, resident.id)
        await do(conn, break_id=break_id, resident=resident.id, number=data.step)
    return edge.see_other(f"/operator/bank/breaks/{break_id}")


async def _break(request: AnyRequest, reader: db.ReadConn, resident: Resident, break_id: UUID) -> dict[str, Any]:
    found: Break = await breaks.find(reader, break_id)
    language = language_of(request)
    history = await breaks.history(reader, break_id)
    asked = exits.asked_in(history)
    names = await people.called(reader, {step.resident for step in history if step.resident})
    steps = [
        {
            "what": step.what,
            "way": translate(request, language, WAYS[step.way]) if step.way else None,
            "at": step.at,
            "who": names[step.resident] if step.resident else None,
            "by_itself": step.resident is None,
            # The hall's own reasons are texts of ours; people's stay as they wrote them.
            "reason": translate(request, language, step.reason) if step.resident is None else step.reason,
        }
        for step in history
    ]
    ways = await breaks.ways(reader, found)
    return {
        "difference": found,
        "payout": found.payout and rules.end_to_end_id(found.payout),
        "steps": steps,
        "title": translate(request, language, BREAKS[found.kind]),
        "ways": {way: translate(request, language, WAYS[way]) for way in ways},
        "can_resolve": not breaks.needs_an_end(found, ways),
        "asked": asked and {"step": asked.number, "way": asked.way, "mine": asked.resident == resident.id},
    }


def _file(request: AnyRequest, file: File) -> dict[str, Any]:
    """A file as the page shows it: why it was refused in words, and where."""
    why = translate(request, language_of(request), problems.REFUSED[file.code]) if file.code else None
    return {
        "name": file.name,
        "kind": file.kind,
        "at": file.at,
        "read": file.state == "read",
        "why": why,
        "where": " ".join(part for part in (file.path, file.detail) if part),
    }


def _words(request: AnyRequest, msgids: dict[Any, str]) -> dict[str, str]:
    language = language_of(request)
    return {str(name): translate(request, language, msgid) for name, msgid in msgids.items()}


router = edge.pages(overview, batch, resend, difference, resolve, answer)
