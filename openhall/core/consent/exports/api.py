"""The JSON API of the copy: take my data with me."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Annotated, Any

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from litestar.response import Stream

from openhall.base import clock, db, limits
from openhall.base.config import Settings
from openhall.base.exporting import Export, Row
from openhall.core import ledger, messages
from openhall.core.consent.exports import Copy, Form, Part, collect
from openhall.core.consent.exports.guide import guide
from openhall.core.consent.telling import EXPORTED
from openhall.core.people import Resident
from openhall.web import edge
from openhall.web.render import language_of, translate

AnyRequest = Request[Any, Any, Any]
MEDIA = {Form.JSON: "application/json", Form.ZIP: "application/zip"}
Wanted = Annotated[
    Form,
    QueryParameter(
        name="format", required=False, description="One JSON document, or an archive of it and of a CSV for each part."
    ),
]


@get("/me/export", opt=edge.FRESH | {"also_as": (MEDIA[Form.ZIP],)})
async def export(
    request: AnyRequest,
    pool: edge.Pool,
    settings: edge.HallSettings,
    resident: NamedDependency[Resident],
    wanted: Wanted = Form.JSON,
) -> Stream:
    """A copy of what the hall keeps about you, of one moment: each part the newest 20,000 rows, others only masked, no
    secrets. What is left out is named in it, with the reason. You are told that it was taken.

    Refusals: `people.proof_too_old`, `hall.rate_limited`.
    """
    return await taken(request, pool, settings, resident, wanted)


async def taken(request: AnyRequest, pool: db.Pool, settings: Settings, resident: Resident, form: Form) -> Stream:
    """The copy as an answer; counted before it is made, and told before it leaves."""
    await limits.take(
        pool, limits.Limit("consent.export", settings.exports_per_day, timedelta(days=1)), str(resident.id)
    )
    copy = copy_for(request, resident)
    # Whole before it leaves: a slow reader holds neither a connection nor a snapshot of the database.
    async with pool.read() as reader:
        written = await collect(reader, copy, form)
    async with pool.write() as conn:
        await messages.tell(conn, resident.id, EXPORTED, at=copy.at)
    name = f"openhall-{ledger.local(copy.at):%Y-%m-%d}.{form}"
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}
    return Stream(written.pieces(), media_type=MEDIA[form], headers=headers)


def copy_for(request: AnyRequest, resident: Resident) -> Copy:
    """What all packages of this hall keep about this resident, and what of it they leave out and why."""
    packages, language, settings = request.app.state.packages, language_of(request), request.app.state.settings
    say = partial(translate, request, language)
    parts = [
        Part(
            f"{package.name}.{one.name}",
            one.query,
            one.words and partial(one.words, language=language, settings=settings),
        )
        for package in packages
        for one in package.exports
    ]
    left_out = {
        f"{package.name}.{table}": say(reason) for package in packages for table, reason in package.withheld.items()
    }
    now = clock.now()
    hall = settings.hall_name_zh if language == "zh_CN" else settings.hall_name
    return Copy(
        resident.id, now, parts, left_out, guide(say, hall=hall, at=ledger.local(now), reasons=left_out.values())
    )


def _reading(export: Export, language: str, settings: Settings) -> Callable[[Row], Row] | None:
    return None if export.words is None else partial(export.words, language=language, settings=settings)


router = edge.api(export, tags=["Privacy"])
