"""Two operators decide where a name belongs that two accounts claim, when its holder comes to the hall."""

from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from openhall.base import clock, db
from openhall.base.config import Settings
from openhall.base.crypto import UnreadableError
from openhall.core.people.actions.telling import tell
from openhall.core.people.names import problems
from openhall.core.people.names.actions import claims, moving
from openhall.core.people.names.actions.sealing import named_marks, opened, ring_of
from openhall.core.people.names.actions.trail import record
from openhall.core.people.names.telling import NAME_DECIDED
from openhall.core.people.names.types import Act, Case, OpenClaim, Reason, Said, Verdict

q = db.load("openhall.core.people.names")

REASON_MAX = 500


async def open_cases(conn: db.ReadConn, settings: Settings) -> list[Case]:
    """The cases that wait for operators, the oldest first, a hundred at most; two statements for all of them."""
    return await _cases(conn, settings, await db.all(conn, q.conflicts, OpenClaim))


async def case_of(conn: db.ReadConn, settings: Settings, claim: UUID) -> Case:
    """One case. Problem `people.case_not_found`."""
    case = await _case(conn, settings, claim)
    if case is None:
        raise problems.case_not_found()
    return case


async def said_of(conn: db.ReadConn, claim: UUID) -> list[Said]:
    """What operators have said of it so far."""
    return await db.all(conn, q.verdicts, Said, claim=claim)


async def decide(
    conn: db.Conn, settings: Settings, *, claim: UUID, operator: UUID, verdict: Verdict, reason: str
) -> bool:
    """Put down what an operator says; True when it is the second who says so, and it was done.

    Problems, in this order: `people.verdict_malformed`, `people.case_not_found`, `people.own_case`,
    `people.verdict_given`.
    """
    because = " ".join(reason.split())[:REASON_MAX]
    if not because:
        raise problems.verdict_malformed()
    asked = await db.maybe(conn, q.conflict, OpenClaim, claim=claim)
    if asked is None:
        raise problems.case_not_found()
    await claims.lock(conn, asked.resident)
    locked = await db.maybe(conn, q.lock_case, OpenClaim, claim=claim)
    case = None if locked is None else await _case(conn, settings, claim)
    if locked is None or case is None:
        raise problems.case_not_found()
    if operator in (case.asker, case.holder):
        raise problems.own_case()
    now = clock.now()
    if not await db.run(conn, q.put_verdict, claim=claim, operator=operator, verdict=verdict, reason=because, now=now):
        raise problems.verdict_given()
    await record(conn, case.asker, Act.VERDICT, claim, operator)
    if sum(one.verdict is verdict for one in await said_of(conn, claim)) < 2:
        return False
    if verdict is Verdict.MOVE:
        await moving.move(conn, settings, locked, by=operator)
    else:
        await claims.refuse(conn, locked, Reason.KEPT, Act.KEPT, operator)
    await tell(conn, case.asker, NAME_DECIDED)
    return True


async def full_of(conn: db.ReadConn, settings: Settings, claim: UUID) -> str | None:
    """The name in full that a case is about, for an operator to compare with a card; None when it is decided."""
    found = await db.maybe(conn, q.conflict, OpenClaim, claim=claim)
    return None if found is None else opened(ring_of(settings), found.resident, found.sealed).name


async def _case(conn: db.ReadConn, settings: Settings, claim: UUID) -> Case | None:
    """The case with both its parties; None when it is decided, when its holder let go, or when its key is gone."""
    found = await db.all(conn, q.conflict, OpenClaim, claim=claim)
    cases = await _cases(conn, settings, found)
    return cases[0] if cases else None


async def _cases(conn: db.ReadConn, settings: Settings, found: Sequence[OpenClaim]) -> list[Case]:
    ring, rows = ring_of(settings), list[dict[str, str]]()
    for claim in found:
        with suppress(UnreadableError):
            person = opened(ring, claim.resident, claim.sealed)
            rows += [mark | {"claim": str(claim.id)} for mark in named_marks(ring, person)]
    return await db.all(conn, q.cases, Case, rows=db.rows(rows))
