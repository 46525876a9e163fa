"""What is asked every hour, and at each look at the operator's page, does not read everything that ever was."""

from datetime import timedelta
from typing import Any

import pytest

from openhall.base import clock
from openhall.core import ledger
from openhall.core.payouts.actions import breaks
from tests.core.payouts.stage import Stage, days_later

pytestmark = pytest.mark.anyio

# 200 dates of long ago with twenty payouts each, all booked.
PAST = """
set local session_replication_role = replica;
insert into payouts.batches
select gen_random_uuid(), rail, d::date, 1, d::date, 'old-' || d::date, 20, 2000, currency, '', 'finished', d, d, d
  from payouts.batches, generate_series(now() - interval '300 days', now() - interval '101 days', interval '1 day') d;
insert into payouts.payouts (id, rail, source, source_name, owner, account, bank_account, amount, currency,
                             business_date, automatic, state, batch, settling, requested_at, accepted_at, settled_at)
select gen_random_uuid(), p.rail, source, source_name, owner, account, bank_account, 100, p.currency, b.business_date,
       false, 'settled', b.id, gen_random_uuid(), b.made_at, b.made_at, b.made_at
  from payouts.payouts p, payouts.batches b, generate_series(1, 20) where b.message_id like 'old-%';
insert into payouts.lines (id, report, entry, detail, digest, booked_on, amount, returned, payout)
select gen_random_uuid(), r.id, 1000 + row_number() over (), 0, '', p.business_date, -100, false, p.id
  from payouts.payouts p, payouts.reports r
 where r.kind = 'statement' and not exists (select from payouts.lines l where l.payout = p.id);
set local session_replication_role = origin;
analyze payouts.payouts; analyze payouts.batches; analyze payouts.lines; analyze payouts.reports
"""


def rows_read(plan: dict[str, Any]) -> int:
    """What the scans of a plan took into hand, also what they threw away again."""
    own = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0) if "Relation Name" in plan else 0
    return int(own * plan["Actual Loops"]) + sum(rows_read(part) for part in plan.get("Plans", ()))


async def test_days_and_the_hourly_comparison_leave_the_past_alone(stage: Stage) -> None:
    await stage.withdraw(100)
    await stage.go()
    stage.end_day()
    await stage.exchange()
    today = ledger.business_date(clock.now())
    dates = {"since": today - timedelta(days=60), "overdue": today - breaks.OVERDUE, "lost": today - breaks.LOST}
    asked: dict[str, dict[str, Any]] = {
        "not_booked": {"rail": "bank_files", "today": today, **dates},
        "booked_after_all": {
            "rail": "bank_files",
            "zone": ledger.zone().key,
            "since": ledger.begins(dates["since"]),
            "overdue": dates["overdue"],
        },
        "taken_back": {"rail": "bank_files"},
        "days": {"limit": 9},
    }
    async with stage.pool.write() as conn, conn.transaction(force_rollback=True):
        for statement in PAST.split(";"):
            await conn.execute(statement.encode())
        for name, params in asked.items():
            explained = f"explain (analyze, timing off, format json) {getattr(breaks.q, name).sql}"
            row = await (await conn.execute(explained.encode(), params)).fetchone()
            assert row is not None
            assert rows_read(row[0][0]["Plan"]) < 4_000, f"{name} reads as much as there ever was"
        assert len(await breaks.days(conn, limit=9)) == 9


async def test_what_is_under_way_is_compared_however_old_it_is(stage: Stage) -> None:
    stage.plan("missing")
    await stage.withdraw(100)
    await stage.go()
    with days_later(90):
        assert await stage.reconcile() == 1
