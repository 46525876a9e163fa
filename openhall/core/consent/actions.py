"""Giving, taking back, and asking before something is done with somebody's data."""

from uuid import UUID

from openhall.base import clock, db, ids
from openhall.base.agreeing import Agreement
from openhall.base.telling import Template, Word
from openhall.core import messages
from openhall.core.consent import problems
from openhall.core.consent.telling import GIVEN, WITHDRAWN
from openhall.core.consent.types import Channel, Consent, Worded
from openhall.core.consent.wording import worded

q = db.load("openhall.core.consent")


async def give(conn: db.Conn, *, resident: UUID, agreement: Agreement, words: UUID, channel: Channel) -> None:
    """Agree to the `words` that were read; given again it changes nothing. Older words of the same end with it.

    Refusals, in this order: `consent.not_by_consent`, `consent.agreement_changed`.
    """
    wording = worded(agreement)
    if agreement.basis != "consent":
        raise problems.not_by_consent()
    if words != wording.id:
        raise problems.agreement_changed()
    now = clock.now()
    of = {"resident": resident, "agreement": wording.id, "code": agreement.code, "now": now}
    await db.run(conn, q.keep_agreement, rows=db.rows([wording]), now=now)
    await db.run(conn, q.replace_consent, **of)
    if await db.maybe(conn, q.put_consent, UUID, id=ids.new(), channel=channel, **of) is not None:
        await _tell(conn, resident, GIVEN, wording)


async def withdraw(conn: db.Conn, *, resident: UUID, agreement: Agreement) -> None:
    """Take it back, whichever of its words were given. What is being done by it is waited for.

    Refusals, in this order: `consent.not_by_consent`, `consent.not_given`.
    """
    if agreement.basis != "consent":
        raise problems.not_by_consent()
    ended = await db.maybe(conn, q.withdraw_consent, UUID, resident=resident, code=agreement.code, now=clock.now())
    if ended is None:
        raise problems.not_given()
    await _tell(conn, resident, WITHDRAWN, worded(agreement))


async def required(conn: db.Conn, resident: UUID, agreement: Agreement) -> None:
    """To be called in the transaction that does what the agreement allows, before it does it: Problem `consent.missing`
    with `agreement` unless the resident agreed to its words of now. Until it ends the consent cannot be taken back.
    """
    held = await db.maybe(conn, q.hold_consent, UUID, resident=resident, agreement=worded(agreement).id)
    if held is None:
        raise problems.missing(agreement=agreement.code)


async def given(conn: db.ReadConn, resident: UUID, agreement: Agreement) -> bool:
    """Whether the resident agreed to its words of now: for pages that only show, and do nothing by it."""
    return await db.one(conn, q.is_given, bool, resident=resident, agreement=worded(agreement).id)


async def consents_of(conn: db.ReadConn, resident: UUID, *, code: str | None = None, limit: int) -> list[Consent]:
    """What a resident agreed to, newest first, over or not; of one agreement where `code` says which."""
    return await db.all(conn, q.consents_of, Consent, resident=resident, code=code, limit=limit)


async def _tell(conn: db.Conn, resident: UUID, template: Template, wording: Worded) -> None:
    en, chinese = wording.texts["en"], wording.texts["zh_CN"]
    await messages.tell(
        conn,
        resident,
        template,
        code=wording.code,
        title=Word(en=en.title, zh_CN=chinese.title),
        controller=Word(en=en.controller, zh_CN=chinese.controller),
        fields=Word(en=", ".join(en.fields), zh_CN="、".join(chinese.fields)),
        at=clock.now(),
    )
