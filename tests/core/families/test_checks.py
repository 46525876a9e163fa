"""Each check of families finds the breach it is for, made behind the hall's back with the guards taken down."""

import pytest

from openhall.base import db
from openhall.core.families.package import CHECKS
from tests.core.families.stage import family
from tests.hall import Hall

pytestmark = pytest.mark.anyio

QUERIES = {check.name: check.query for check in CHECKS}
OWN = "(select id from families.links where channel = 'own' limit 1)"
BREACHES = {
    "families.approved": [
        "delete from families.trail where act = 'approved'",
        "update families.trail set by = null where act = 'approved'",
        "delete from families.trail where act = 'confirmed'",
        "update families.trail set by = (select holder from families.links limit 1) where act = 'seen'",
    ],
    "families.spent": [
        "update families.links set spent = spent + 1 where spent > 0",
        "update families.links set spent = 0 where spent > 0",
        "delete from families.acts where amount = 100",
    ],
    "families.money": [
        "update families.acts set amount = amount + 1 where amount is not null",
        "update families.acts set subject = actor where amount is not null",
        "update families.acts set about = gen_random_uuid() where amount = 100",
    ],
    "families.acts": [
        "update families.acts set actor = subject where about is null",
        f"update families.links set scopes = '{{messages.read}}' where id = {OWN}",
        "update families.links set starts_at = now() + interval '1 day', ends_at = null where state = 'active'",
        "update families.links set ends_at = proposed_at - interval '1 hour' where state = 'active'",
    ],
    "families.ended": ["update families.links set ends_at = now() - interval '3 hours' where state = 'active'"],
    "families.told": [
        "delete from messages.messages where facts ? 'payment'",
        "update families.acts set about = gen_random_uuid() where amount = 100",
    ],
    "people.no_phone_no_sign_in": ["update people.residents set phone = null, name = 'x' where phone like '%001'"],
}
GUARDS = """
set local session_replication_role = replica;
"""


async def broken(conn: db.ReadConn, name: str) -> list[tuple[object, ...]]:
    from openhall.core.people.package import CHECKS as OF_PEOPLE

    query = QUERIES.get(name) or next(check.query for check in OF_PEOPLE if check.name == name)
    return await (await conn.execute(query.sql.encode(), {})).fetchall()


async def test_each_check_finds_its_breaches(hall: Hall) -> None:
    home = await family(hall)
    await home.linked()
    assert (await home.pay(100)).status_code == 201
    assert (await home.pay(200)).status_code == 201
    assert (await home.get("/wallet")).status_code == 200
    await home.revoke((await home.get("/families/links", home.father)).json()["links"][0]["id"])
    await home.at_counter()
    assert (await home.pay(300)).status_code == 201
    for name, statements in BREACHES.items():
        for statement in statements:
            async with hall.pool.write() as conn, conn.transaction(force_rollback=True):
                assert await broken(conn, name) == []
                await conn.execute(GUARDS.encode())
                assert (await conn.execute(statement.encode())).rowcount > 0, statement
                assert await broken(conn, name), f"{name} does not find: {statement}"


def test_every_check_of_families_is_tried() -> None:
    assert set(QUERIES) <= set(BREACHES)


@pytest.mark.parametrize(
    "statement",
    [
        "update families.links set dependant = holder",
        "update families.links set seen_by = holder where seen_by is not null",
        "update families.links set confirmed_by = seen_by where seen_by is not null",
        "update families.links set channel = null where state = 'active'",
        "update families.links set kind = 'guardian' where state = 'active'",
        "update families.links set kind = 'parent' where state = 'active'",
        "update families.links set payment_max = month_max + 1",
        """insert into families.links
           select (jsonb_populate_record(l, jsonb_build_object('id', gen_random_uuid()))).* from families.links l""",
    ],
)
async def test_the_database_itself_refuses_links_that_must_not_be(hall: Hall, statement: str) -> None:
    home = await family(hall)
    await home.at_counter()
    async with hall.pool.write() as conn:
        with pytest.raises(Exception, match=r"constraint"):
            async with conn.transaction():
                await conn.execute(statement.encode())


async def test_acts_and_the_trail_are_append_only(hall: Hall) -> None:
    home = await family(hall)
    await home.at_counter()
    for statement in ("update families.trail set by = null", "delete from families.acts", "truncate families.trail"):
        async with hall.pool.write() as conn:
            with pytest.raises(Exception, match="append-only"):
                async with conn.transaction():
                    await conn.execute(statement.encode())
