"""People with a payment PIN, money on its way between them, and frozen accounts, for the gallery."""

import psycopg

from openhall.demo.outside.register import RESIDENTS
from tests.browser.city import Person
from tests.browser.counter import id_of
from tests.browser.names import claim
from tests.served import Served

PIN = "640851"
FATHER, DAUGHTER = RESIDENTS[1:3]
CAREFUL = ("careful", "friend", "frozen", "frozen_too")


def make_safe(hall: Served, people: dict[str, Person]) -> dict[str, str]:
    """The careful one has a PIN and sent to a friend with a name, to somebody without, and took one back; two are
    frozen, one of them by the operator, whom a colleague is to help."""
    careful, friend = people["careful"], people["friend"]
    assert claim(careful, FATHER) == 200
    assert claim(friend, DAUGHTER) == 200
    assert careful.api("PUT", "/me/pin", {"pin": PIN}).status_code == 200
    careful.top_up(300_000)
    places = {"friend": friend.phone, "stranger": people["invited"].phone}
    for place, to, note in (
        ("transfer", friend, "生日快乐，注意身体"),
        ("transfer_offered", people["invited"], "for the tickets"),
        ("transfer_undone", friend, None),
    ):
        wish = {"to_phone": to.phone, "amount": 8_800, "pin": PIN} | ({"note": note} if note else {})
        sent = careful.api("POST", "/transfers", wish)
        assert sent.status_code == 201, sent.text
        places[place] = sent.json()["id"]
    assert careful.api("POST", f"/transfers/{places['transfer_undone']}/undo").status_code == 200
    for who in ("frozen", "frozen_too"):
        assert people[who].api("POST", "/me/freeze").status_code == 200
    operator = id_of(people["operator"])
    with psycopg.connect(hall.database_url) as conn:
        # Once more for those who came after everybody else's proof was made fresh.
        conn.execute("update people.sessions set proved_at = now() + interval '1 day'")
        ids = {who: id_of(people[who]) for who in ("frozen", "frozen_too")}
        asked = (
            "update people.freezes set asked_at = now(), asked_by = %s, seen = '身份证，尾号 0019' where resident = %s"
        )
        conn.execute(asked, [operator, ids["frozen_too"]])
        for place, who in (("freeze", "frozen"), ("freeze_asked", "frozen_too")):
            found = conn.execute("select id from people.freezes where resident = %s", [ids[who]]).fetchone()
            assert found is not None
            places[place] = str(found[0])
    return places
