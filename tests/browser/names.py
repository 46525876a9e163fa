"""People whose names are in every state, for the gallery."""

from uuid import UUID

import psycopg

from openhall.demo.outside.register import RESIDENTS, Registered
from tests.browser.city import Person
from tests.outside_fixture import OutsideProgram
from tests.served import Served

XIAOMING, _, _, CHILD, _, RARE = RESIDENTS
NAMED = ("minor", "waiting", "doubled")


def name_everybody(hall: Served, outside: OutsideProgram, people: dict[str, Person]) -> dict[str, str]:
    """The minor is confirmed, the one who waits hears nothing, and the resident's name is claimed a second time; the
    case that the operators have of it."""
    assert claim(people["minor"], CHILD) == 200
    assert claim(people["resident"], XIAOMING) == 200
    assert claim(people["doubled"], XIAOMING) == 409
    outside.plan(on="register", who=RARE.national_id, answer="error")
    assert claim(people["waiting"], RARE) == 202
    with psycopg.connect(hall.database_url, autocommit=True) as behind:
        behind.execute("update people.name_claims set next_at = now() + interval '1 day' where state = 'asking'")
        found = behind.execute("select id from people.name_claims where state = 'conflict'").fetchone()
    assert found is not None
    return {"name_claim": str(UUID(str(found[0])))}


def claim(person: Person, registered: Registered) -> int:
    """The status of the answer to somebody who says who they are."""
    body = {"name": registered.name, "national_id": registered.national_id}
    return person.api("POST", "/me/real-name", body).status_code
