"""Whose receivers are slow waits for themselves: others are called at once."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from openhall.base import clock, db, ids
from openhall.core.webhooks import rules
from openhall.core.webhooks.actions import deliver
from tests.hall import Hall

pytestmark = pytest.mark.anyio
q = db.load("openhall.core.webhooks")


async def endpoint(conn: db.Conn, resident: UUID, waiting: int, *, for_s: int, finished: int = 0) -> UUID:
    """An endpoint with so many deliveries that have been due for so long; and with so many that are over."""
    one, now = ids.new(), clock.now()
    await conn.execute(
        b"insert into webhooks.endpoints (id, resident, url, events, created_at)"
        b" values (%s, %s, 'https://shop.example/hall', array['*'], %s)",
        [one, resident, now],
    )
    await conn.execute(
        b"insert into webhooks.keys (salt, endpoint, made_at) values (%s, %s, %s)",
        [bytes.fromhex(rules.new_salt()), one, now],
    )
    await conn.execute(
        b"insert into webhooks.deliveries"
        b" (id, endpoint, stream, number, type, event_at, body, state, since, next_at, finished_at)"
        b" select gen_random_uuid(), %(one)s, 's', n, 't', %(now)s, '{}',"
        b"        case when n <= %(waiting)s then 'pending' else 'delivered' end, %(now)s,"
        b"        case when n <= %(waiting)s then %(due)s::timestamptz end,"
        b"        case when n > %(waiting)s then %(now)s end"
        b"   from generate_series(1, %(waiting)s + %(finished)s) as n",
        {"one": one, "now": now, "due": now - timedelta(seconds=for_s), "waiting": waiting, "finished": finished},
    )
    return one


async def test_one_resident_with_slow_receivers_takes_a_quarter_and_the_others_are_called(hall: Hall) -> None:
    slow = uuid4()
    async with hall.pool.write() as conn, conn.transaction(force_rollback=True):
        theirs = {await endpoint(conn, slow, 50, for_s=600) for _ in range(10)}
        others = {await endpoint(conn, uuid4(), 1, for_s=1) for _ in range(20)}
        first = await deliver.claim(conn, deliver.AT_ONCE)
        assert sum(one.endpoint in theirs for one in first) == deliver.SHARE
        assert {one.endpoint for one in first} >= others
        # Their calls hang. Whatever is free now is for everybody else.
        others = {await endpoint(conn, uuid4(), 4, for_s=1) for _ in range(3)}
        second = await deliver.claim(conn, deliver.AT_ONCE - len(first))
        assert {one.endpoint for one in second} == others


async def test_everybodys_first_comes_before_anybodys_second(hall: Hall) -> None:
    async with hall.pool.write() as conn, conn.transaction(force_rollback=True):
        busy = [await endpoint(conn, uuid4(), 4, for_s=60) for _ in range(5)]
        quiet = [await endpoint(conn, uuid4(), 1, for_s=1) for _ in range(3)]
        claimed = [one.endpoint for one in await deliver.claim(conn, len(busy) + len(quiet))]
        assert sorted(claimed) == sorted(busy + quiet)


async def test_deliveries_are_claimed_by_index_however_many_are_kept(hall: Hall) -> None:
    async with hall.pool.write() as conn, conn.transaction(force_rollback=True):
        for _ in range(20):
            await endpoint(conn, uuid4(), 5, for_s=1, finished=1_000)
        await conn.execute(b"analyze webhooks.deliveries, webhooks.endpoints")
        now = clock.now()
        given = {"now": now, "lease_ends": now, "each": deliver.EACH, "share": deliver.SHARE, "limit": 32}
        text = "explain (analyze, format json) " + q.claim.sql
        (plan,) = await (await conn.execute(text.encode(), given)).fetchone() or ()
        nodes, read = [plan[0]["Plan"]], []
        while nodes:
            node = nodes.pop()
            nodes += node.get("Plans", [])
            if node.get("Relation Name") == "deliveries" and "Scan" in node["Node Type"]:
                read.append(node)
        assert read
        assert "Seq Scan" not in {node["Node Type"] for node in read}, plan
        assert sum(node["Actual Rows"] * node["Actual Loops"] for node in read) < 1_000, "of 20,100"
