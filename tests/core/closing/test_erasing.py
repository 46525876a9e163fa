"""When the law no longer asks for them, name, number, address and national id are nowhere in the database."""

from datetime import timedelta
from typing import Any

import pytest

from openhall.base import clock
from openhall.base.config import Settings
from openhall.core import payouts, people
from openhall.core.people import freezes
from openhall.core.people.recovery.actions import decline, open_recovery
from openhall.core.people.recovery.types import Evidence
from tests.core.closing.stage import FRIEND, PHONE, SELLER, close, operators, rows, tended, unclaimed
from tests.core.people.names.people import DAUGHTER, XIAOMING, be
from tests.core.people.pins.steps import PIN, has_pin, id_of
from tests.hall import Hall, Headers, fresh_key

pytestmark = pytest.mark.anyio
CALLED = "小明明明"
# Kept on purpose, each with its reason.
KEPT = {
    "payouts.batches": "the bank's file, of which the bank has the same bytes",
    "messages.messages": "what others were told, with masked names and numbers",
}


async def _lived(hall: Hall) -> tuple[Headers, str]:
    """Somebody who did most of what one can do here; their id."""
    me, friend, owner = await hall.sign_in(PHONE), await hall.sign_in(FRIEND), await hall.sign_in(SELLER)
    assert (await be(hall, me, XIAOMING)).status_code == 200
    assert (await be(hall, friend, DAUGHTER)).status_code == 200
    resident = await id_of(hall, me)
    async with hall.pool.write() as conn:
        await people.rename(conn, resident=resident, name=CALLED)
        await payouts.vouch_bank_account(
            conn, owner=resident, holder=XIAOMING.name, number="6200000138000000032", again="6200000138000000032",
            cooling=timedelta(),
        )  # fmt: skip
    for who in (me, friend):
        await has_pin(hall, who)
        await hall.give(who, 1_000)
    shop = await hall.open_shop(owner)
    paid = (await hall.pay(me, code=shop["code"], amount=400)).json()["id"]
    back = {"amount": 100, "reason": "Sold out"}
    await hall.client.post(f"/api/v1/payments/{paid}/refunds", json=back, headers=owner | fresh_key())
    for sender, to in ((friend, PHONE), (me, FRIEND)):
        wish = {"to_phone": to, "amount": 100, "pin": PIN}
        sent = await hall.client.post("/api/v1/transfers", json=wish, headers=sender | fresh_key())
        assert sent.status_code == 201, sent.text
        await hall.client.post(f"/api/v1/transfers/{sent.json()['id']}/undo", headers=sender)
    link = {"dependant": FRIEND, "kind": "voluntary", "scopes": ["wallet.read"]}
    await hall.client.post("/api/v1/families/links", json=link, headers=me)
    wanted = {"letter_to": f"{XIAOMING.name}，西大街 1 号"}
    await hall.client.put("/api/v1/me/message-preferences", json=wanted, headers=me)
    await hall.client.post("/api/v1/me/pay-code/devices", json={"name": f"{CALLED}'s phone"}, headers=me)
    await hall.client.post("/api/v1/me/receive-code", headers=me)
    one, two = await operators(hall)
    async with hall.pool.write() as conn:
        wish_of: dict[str, Any] = {"operator": one, "phone": PHONE, "note": f"{XIAOMING.name} stood here"}
        made = await open_recovery(conn, hall.settings, evidence=Evidence.PASSPORT, stolen=False, **wish_of)
        await decline(conn, operator=one, recovery=made)
        frozen = await freezes.by_operator(conn, **wish_of)
        await freezes.ask_to_lift(conn, operator=one, freeze=frozen, seen=f"card of {XIAOMING.name}")
        await freezes.lift(conn, operator=two, freeze=frozen)
    await hall.pay(me, code=shop["code"], amount=await hall.balance(me))
    return me, str(resident)


async def _found(hall: Hall, words: list[str]) -> set[str]:
    """The tables in which any of these words stands."""
    tables = await rows(
        hall,
        "select table_schema || '.' || table_name from information_schema.tables where table_type = 'BASE TABLE'"
        " and table_schema not in ('pg_catalog', 'information_schema', 'jobs')",
    )
    found = set()
    for (table,) in tables:
        for word in words:
            if await rows(hall, f"select 1 from {table} t where t::text like %s limit 1", f"%{word}%"):
                found.add(table)
    return found


async def test_name_number_and_national_id_are_gone_and_the_books_agree(hall: Hall, settings: Settings) -> None:
    me, resident = await _lived(hall)
    words = [CALLED, XIAOMING.name, XIAOMING.national_id, PHONE]
    before = await _found(hall, words)
    assert {"people.residents", "payments.transfers", "payouts.bank_accounts", "people.freezes"} <= before
    await close(hall, me)
    ledger_before = await rows(hall, "select count(*), sum(amount) from ledger.entries")
    rest, keep = settings.closing_rest_days, settings.closing_keep_days
    with clock.at(clock.now() + timedelta(days=rest, minutes=1)):
        await tended(hall)
    assert await rows(hall, "select 1 from people.identities where resident = %s", resident), "not a day too early"
    with clock.at(clock.now() + timedelta(days=keep, minutes=1)):
        await tended(hall)
        await tended(hall)
        async with hall.pool.write() as conn:
            # What the hourly sweep forgets of codes and messages.
            await conn.execute(b"delete from people.codes; delete from people.messages")
            await conn.execute(b"delete from base.idempotency where expires_at is not null")
    left = await _found(hall, words)
    assert left <= set(KEPT), f"still in {left - set(KEPT)}"
    assert await rows(hall, "select count(*), sum(amount) from ledger.entries") == ledger_before
    ((state, name, phone),) = await rows(
        hall, "select state, name, phone from people.residents where id = %s", resident
    )
    assert (state, name, phone) == ("closed", None, None)
    assert await unclaimed(hall) == []
    await hall.books_agree()
