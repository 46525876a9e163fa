"""Telling: a message is in its inbox in the transaction of what it tells of. How else it travels is decided later."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from openhall.base import clock, db, ids
from openhall.base.telling import Template
from openhall.core.messages import wording
from openhall.core.messages.types import Telling

q = db.load("openhall.core.messages")


async def tell(conn: db.Conn, resident: UUID, template: Template, /, **facts: Any) -> None:
    """Tell one resident something. Every place of the template needs its fact: MissingFactError."""
    await tell_all(conn, [Telling(resident, template, facts)])


async def tell_all(conn: db.Conn, tellings: Sequence[Telling]) -> list[UUID]:
    """Tell many things at once, with one statement; the ids of the messages, in the same order."""
    if not tellings:
        return []
    templates = {wording.worded(one.template).id: wording.worded(one.template) for one in tellings}
    rows = [_row(one) for one in tellings]
    await db.run(conn, q.tell, templates=db.rows(templates.values()), rows=db.rows(rows), now=clock.now())
    return [row["id"] for row in rows]


def _row(telling: Telling) -> dict[str, Any]:
    template = telling.template
    return {
        "id": ids.new(),
        "template": wording.worded(template).id,
        "recipient": telling.resident,
        "subject": telling.about or telling.resident,
        "category": template.category,
        "safety": template.safety,
        "facts": wording.kept(template, telling.facts),
        "link": wording.link_of(template, telling.facts),
        "expires_at": None if template.lives is None else clock.now() + template.lives,
    }
