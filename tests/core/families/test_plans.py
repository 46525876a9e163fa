"""What the gate asks costs the same in a city of many links, and nothing more for who acts for nobody."""

from typing import Any

import pytest

from openhall.base import clock, db
from openhall.core import people
from openhall.core.families.actions import acting
from openhall.core.people import SessionKind
from tests.core.families.stage import family
from tests.core.payouts.test_plans import rows_read
from tests.hall import Hall

pytestmark = pytest.mark.anyio

MANY = """
set local session_replication_role = replica;
create temporary table given on commit drop as select * from families.links;
insert into families.links (id, holder, dependant, kind, scopes, payment_max, month_max, state, proposed_at,
                            proposed_until, starts_at, channel, seen_by, confirmed_by, evidence)
select gen_random_uuid(), case n % 2 when 0 then holder else gen_random_uuid() end,
       case n % 2 when 1 then dependant else gen_random_uuid() end, 'voluntary', scopes, 1, 1, 'active', now(), now(),
       now(), 'counter', gen_random_uuid(), gen_random_uuid(), 'x' from given, generate_series(1, 10000) n;
insert into families.acts (id, link, actor, subject, scope, month, day, at)
select gen_random_uuid(), id, holder, dependant, 'wallet.read', now(), now()::date - n, now()
  from given, generate_series(1, 3000) n;
set local session_replication_role = origin;
analyze families.links; analyze families.acts; analyze people.residents; analyze people.sessions
"""


async def test_the_gate_reads_a_handful_of_rows_however_many_links_there_are(hall: Hall) -> None:
    home = await family(hall)
    await home.linked()
    token = home.daughter["Authorization"].removeprefix("Bearer ")
    asked: dict[str, dict[str, Any]] = {
        "acting_visit": {
            "token_hash": people.token_hash(token),
            "kind": SessionKind.API,
            "subject": home.father_id,
            "scope": "wallet.read",
            "day": clock.now().date(),
            "now": clock.now(),
        },
        "lock_links": {
            "rows": db.rows([{"holder": home.daughter_id, "dependant": home.father_id}]),
            "month": clock.now().date().replace(day=1),
            "day": clock.now().date(),
            "now": clock.now(),
        },
        "acts_of": {"resident": home.father_id, "before": acting.NEWEST, "limit": 30},
    }
    async with hall.pool.write() as conn, conn.transaction(force_rollback=True):
        for statement in MANY.split(";"):
            await conn.execute(statement.encode())
        for name, params in asked.items():
            explained = f"explain (analyze, timing off, format json) {getattr(acting.q, name).sql}"
            row = await (await conn.execute(explained.encode(), params)).fetchone()
            assert row is not None
            assert rows_read(row[0][0]["Plan"]) < 200, f"{name} reads as much as there is: {row[0][0]['Plan']}"


async def test_one_statement_says_who_comes_and_for_whom(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    home = await family(hall)
    await home.linked()
    asked: list[str] = []
    execute = db._execute

    async def counted(conn: db.ReadConn, query: db.Query, parameters: dict[str, Any]) -> Any:
        asked.append(query.name)
        return await execute(conn, query, parameters)

    monkeypatch.setattr(db, "_execute", counted)
    assert (await home.get("/wallet")).status_code == 200
    assert (await home.get("/wallet")).status_code == 200
    assert asked.count("acting_visit") == 2
    assert "visit" not in asked, "the session is not asked for twice"
    assert asked.count("look") == 1
    asked.clear()
    assert (await home.get("/wallet", home.daughter)).status_code == 200
    assert not {name for name in asked if name in {query.name for query in acting.q}}, "for oneself nothing is added"
