"""Each check of real names finds the breach it is for, made behind the hall's back with the guards taken down."""

import pytest

from openhall.base import db
from openhall.core.people import names
from openhall.core.people.names.checks import CHECKS
from openhall.core.people.names.types import Verdict
from tests.core.people.names.people import CHILD, OTHER, PHONE, THIRD, XIAOMING, be, id_of
from tests.hall import Hall

pytestmark = pytest.mark.anyio

QUERIES = {check.name: check.query for check in CHECKS}
BREACHES = {
    "people.names_are_somebodys": [
        "update people.residents set named_at = null",
        "update people.residents set named_at = now()",
        "delete from people.identities",
    ],
    "people.one_person_one_account": [
        "delete from people.identity_marks where resident = (select resident from people.identities limit 1)",
        "delete from people.identities where resident = (select resident from people.identities limit 1)",
        "update people.identity_marks set key = 'k' || resident",
    ],
    "people.names_have_a_trail": [
        "delete from people.name_trail where act in ('matched', 'moved_in')",
        "update people.identities set claim = (select id from people.name_claims where state = 'refused' limit 1)",
        "update people.name_claims set resident = (select id from people.residents order by phone desc limit 1)",
    ],
    "people.claims_are_answered": [
        """update people.name_claims set state = 'asking', reason = null, ended_at = null, next_at = now(), key = 'x',
           box = 'x', gives_up_at = now() - interval '2 hours' where state = 'refused'""",
    ],
    "people.names_moved_by_two": [
        "delete from people.name_verdicts where operator = (select operator from people.name_verdicts limit 1)",
        "update people.name_verdicts set verdict = 'move'",
        "update people.name_trail set resident = by where act = 'kept'",
    ],
    "people.birthdays_are_wiped": ["update people.identities set adult_on = current_date - 3"],
}
GUARDS = """
alter table people.name_trail disable trigger name_trail_is_append_only;
alter table people.name_verdicts disable trigger name_verdicts_are_append_only;
"""


@pytest.fixture
async def city(hall: Hall) -> Hall:
    """Two who are named, one of them a minor, and one whose claim to the first one's id two operators refused."""
    holder, child, asker = [await hall.sign_in(phone) for phone in (PHONE, OTHER, THIRD)]
    await be(hall, holder, XIAOMING)
    await be(hall, child, CHILD)
    await be(hall, asker, XIAOMING)
    operators = [await id_of(hall, await hall.sign_in(f"1380000002{number}")) for number in range(2)]
    async with hall.pool.write() as conn:
        (case,) = await names.open_cases(conn, hall.settings)
        for operator in operators:
            await names.decide(
                conn, hall.settings, claim=case.claim, operator=operator, verdict=Verdict.KEEP, reason="Another person"
            )
    return hall


async def broken(conn: db.ReadConn, name: str) -> list[tuple[object, ...]]:
    return await (await conn.execute(QUERIES[name].sql.encode(), {})).fetchall()


async def test_each_check_finds_its_breaches(city: Hall) -> None:
    for name, statements in BREACHES.items():
        for statement in statements:
            async with city.pool.write() as conn, conn.transaction(force_rollback=True):
                assert await broken(conn, name) == []
                await conn.execute(GUARDS.encode())
                assert (await conn.execute(statement.encode())).rowcount > 0, statement
                assert await broken(conn, name), f"{name} does not find: {statement}"


def test_every_check_of_names_is_tried() -> None:
    assert set(BREACHES) == set(QUERIES)


@pytest.mark.parametrize(
    "statement",
    [
        "update people.name_trail set act = 'asked'",
        "delete from people.name_trail",
        "truncate people.name_trail",
        "delete from people.name_verdicts",
    ],
)
async def test_the_trail_and_the_verdicts_are_append_only(city: Hall, statement: str) -> None:
    async with city.pool.write() as conn:
        with pytest.raises(Exception, match="append-only"):
            async with conn.transaction():
                await conn.execute(statement.encode())


async def test_the_database_itself_refuses_a_second_account_and_names_kept_too_long(city: Hall) -> None:
    for statement in (
        "update people.identity_marks set mark = (select mark from people.identity_marks limit 1)",
        "update people.name_claims set box = 'x', key = 'y' where ended_at is not null",
        "update people.name_claims set ended_at = null",
    ):
        async with city.pool.write() as conn:
            with pytest.raises(Exception, match=r"constraint"):
                async with conn.transaction():
                    await conn.execute(statement.encode())
