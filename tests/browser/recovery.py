"""Passkeys in every state and recoveries under way, for the gallery."""

import secrets
from uuid import uuid4

import psycopg

from tests.browser.city import Person
from tests.browser.counter import id_of
from tests.served import Served

NEW_PASSKEY = """
insert into people.passkeys
    (id, resident, credential, public_key, sign_count, synced, name, created_at, suspended_at, suspended_for)
values (%s, %s, %s, 'no key', 1, %s, %s, now(), %s, %s)
"""
NEW_RECOVERY = """
with opened as (
  insert into people.recoveries (id, resident, evidence, note, opened_by, opened_at, confirm_from, expires_at)
  values (%(id)s, %(resident)s, 'identity_card', '照片相符，尾号 0019', %(by)s, now(),
          now() + make_interval(hours => %(hours)s), now() + interval '4 days')
  returning id
)
insert into people.audit (id, at, resident, act, actor, about)
select gen_random_uuid(), now(), %(resident)s, 'recovery_opened', %(by)s, id from opened
"""
PASSKEYS = {
    "passkey": ("王小明的手机", None),
    "copied_passkey": ("Tablet", "copied"),
    "recovered_passkey": ("旧手机", "recovery"),
}


def people_of(hall: Served, people: dict[str, Person]) -> dict[str, str]:
    """Ids by the names of places. Everybody's proof is fresh for as long as the gallery is open."""
    places = {}
    ids = {who: id_of(person) for who, person in people.items()}
    with psycopg.connect(hall.database_url) as conn:
        conn.execute("update people.sessions set proved_at = now() + interval '1 day'")
        named = "insert into people.operators (resident, since) values (%s, now()) on conflict do nothing"
        conn.execute(named, [ids["colleague"]])
        for place, (name, suspended) in PASSKEYS.items():
            places[place] = str(uuid4())
            at = None if suspended is None else "2026-11-01T08:00:00Z"
            values = (secrets.token_bytes(32), place != "passkey", name, at, suspended)
            conn.execute(NEW_PASSKEY, [places[place], ids["resident"], *values])
        strong = "update people.sessions set strong_at = proved_at, passkey = %s where resident = %s"
        conn.execute(strong, [places["passkey"], ids["resident"]])
        for place, who, hours in (("waiting_recovery", "recovered", 24), ("my_recovery", "invited", 0)):
            places[place] = str(uuid4())
            about = {"id": places[place], "resident": ids[who], "by": ids["operator"], "hours": hours}
            conn.execute(NEW_RECOVERY, about)
    return places
