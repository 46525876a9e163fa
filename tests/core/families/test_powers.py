"""What a power over somebody rests on, what it costs to get, and when it stops: names, passkeys, age, ceilings."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec import structs

from openhall.base import clock, db, limits
from openhall.base.config import Settings
from openhall.core.families.actions import children, counter, keeping, links, suspending
from openhall.core.families.actions.links import Wish
from openhall.core.families.types import Caps, Kind
from openhall.core.messages.jobs import run
from openhall.core.messages.ports import outside_of
from openhall.core.people.names.types import Verdict
from tests.conftest import open_hall
from tests.core.families.stage import ALL, CAPS, FATHERS, LINKS, STRANGERS, Family, family, strong
from tests.core.families.test_links import CHILDREN, NOBODY, home
from tests.core.people.names.people import CHILD, DAUGHTER, XIAOMING, be, id_of, rows, state
from tests.core.people.names.test_conflict import OPERATORS as DECIDERS
from tests.core.people.names.test_conflict import Twice
from tests.core.people.pins.steps import refusal, told
from tests.core.people.test_recovery_api import DAY, Counter, regain
from tests.hall import Hall, Headers
from tests.outside_fixture import OutsideProgram

__all__ = ["home"]
pytestmark = pytest.mark.anyio
PARENTS, KIDS = "13800000055", "13800000077"


async def _parent(hall: Hall, phone: str = PARENTS) -> Headers:
    parent = await hall.sign_in(phone)
    assert (await be(hall, parent, XIAOMING)).status_code == 200
    return parent


async def _add(hall: Hall, who: Headers, limits: Any = None, scopes: Any = ALL) -> Any:
    said = {"name": CHILD.name, "national_id": CHILD.national_id, "scopes": scopes, "limits": limits or CAPS}
    return await hall.client.post(CHILDREN, json=said, headers=who)


async def test_no_link_allows_more_than_the_hall_does(home: Family) -> None:
    ceiling = {"payment_max": 100_000, "month_max": 1_000_000}
    for over in ({"payment_max": 100_001, "month_max": 200_000}, {"payment_max": 1, "month_max": 1_000_001}):
        refused = await home.propose(limits=over)
        assert refusal(refused) == (422, "families.above_ceiling")
        assert {name: refused.json()[name] for name in ceiling} == ceiling
        assert refusal(await _add(home.hall, await _parent(home.hall), over)) == (422, "families.above_ceiling")
    link = await home.linked(limits=ceiling)
    raised = await home.hall.client.put(
        f"{LINKS}/{link}/limits", json=ceiling | {"month_max": 1_000_001}, headers=home.father
    )
    assert refusal(raised) == (422, "families.above_ceiling")


async def test_a_day_has_a_ceiling_of_its_own(settings: Settings, outside: OutsideProgram) -> None:
    async with open_hall(structs.replace(settings, family_day_max=1_000), outside) as hall:
        home = await family(hall)
        first = await home.linked()
        assert (await home.pay(700)).status_code == 201
        refused = await home.pay(301)
        assert (refusal(refused), refused.json()["left"]) == ((422, "families.above_day_cap"), 300)
        assert (await home.revoke(first)).status_code == 200
        await home.linked()
        assert refusal(await home.pay(301)) == (422, "families.above_day_cap"), "another link is no other day"
        assert (await home.pay(300)).status_code == 201
        await hall.books_agree()


async def test_to_end_a_link_and_begin_another_begins_no_new_month(home: Family) -> None:
    first = await home.linked()
    assert (await home.pay(9_000)).status_code == 201
    assert (await home.revoke(first)).status_code == 200
    await home.linked()
    for _ in range(2):
        assert (await home.pay(9_000)).status_code == 201
    refused = await home.pay(9_000)
    assert (refusal(refused), refused.json()["left"]) == ((422, "families.above_month_cap"), 3_000)
    await home.hall.books_agree()
    with clock.at(clock.now() + timedelta(days=32)):
        home.daughter = await home.hall.sign_in("13800000001")
        assert (await home.pay(9_000)).status_code == 201, "the next month begins with nothing"
        await home.hall.books_agree()


async def test_a_child_is_added_and_added_again_only_after_a_fresh_proof(hall: Hall) -> None:
    parent = await _parent(hall)
    made = await _add(hall, parent, {"payment_max": 100, "month_max": 100}, ["wallet.pay"])
    assert made.status_code == 201, made.text
    with clock.at(clock.now() + timedelta(hours=3)):
        assert (await hall.client.post(f"{LINKS}/{made.json()['id']}/revoke", headers=parent)).status_code == 200
        assert refusal(await _add(hall, parent)) == (403, "people.proof_too_old")
        fresh = await hall.sign_in(PARENTS)
        assert (await _add(hall, fresh)).status_code == 201
    await hall.books_agree()


async def test_whoever_lost_the_name_acts_for_nobody_from_that_moment_on(hall: Hall) -> None:
    impostor, owner = await _parent(hall), await hall.sign_in("13800000002")
    made = await _add(hall, impostor)
    assert made.status_code == 201, made.text
    child, link = made.json()["dependant"], made.json()["id"]
    twice = Twice(hall, impostor, owner)
    await be(hall, owner, XIAOMING)
    for phone in DECIDERS[:2]:
        await twice.decide(await twice.operator(phone), Verdict.MOVE)
    assert (await state(hall, impostor))["state"] == "moved"
    behalf = impostor | {"On-Behalf-Of": str(child)}
    assert refusal(await hall.client.get("/api/v1/wallet", headers=behalf)) == (404, "families.not_linked")
    seen = (await hall.client.get(f"{LINKS}/{link}", headers=impostor)).json()
    assert (seen["state"], seen["suspended_for"], seen["may_approve"]) == ("suspended", "name", False)
    assert "families.name_gone" in await told(hall, impostor)
    (to_child,) = await rows(
        hall,
        "select count(*) from messages.messages m join messages.templates t on t.id = m.template"
        " where m.recipient = %s and t.code = 'families.name_gone'",
        child,
    )
    assert to_child == (1,)
    with clock.at(clock.now() + timedelta(days=31)):
        assert await children.check_due(hall.pool, hall.settings) == 0, "the register is not asked about it"
    rightful = await hall.sign_in("13800000002")
    assert (await _add(hall, rightful)).status_code == 201
    await hall.books_agree()


async def test_ones_own_will_does_not_rest_on_ones_name(home: Family) -> None:
    link = await home.linked()
    async with home.hall.pool.write() as conn:
        await suspending.name_lost(conn, resident=home.father_id)
    assert (await home.get("/wallet")).status_code == 200, "he gave it with his passkey"
    async with home.hall.pool.write() as conn:
        await suspending.name_lost(conn, resident=home.daughter_id)
    assert refusal(await home.get("/wallet")) == (404, "families.not_linked"), "but hers was what he trusted"
    assert refusal(await home.approve(link)) == (404, "families.link_not_found"), "only a new link helps"
    assert (await home.revoke(link)).json()["state"] == "revoked"
    await home.hall.books_agree()


async def test_a_link_from_before_a_recovery_waits_until_its_owner_confirms_it(home: Family) -> None:
    link = await home.linked()
    first, second = await home.operators()
    desk = Counter(home.hall, first, second)
    opened = await desk.open(FATHERS)
    with clock.at(clock.now() + DAY):
        code = (await desk.confirm(opened)).code
        back = await regain(home.hall, code, old=FATHERS, new="13700137000")
        assert back.status_code == 201, back.text
        assert refusal(await home.get("/wallet")) == (404, "families.not_linked")
        assert refusal(await home.pay(700))[1] == "families.not_linked"
        assert "families.to_confirm" in await told(home.hall, home.daughter)
        father = {"Authorization": f"Bearer {back.json()['token']}"}
        seen = (await home.get(f"/families/links/{link}", father)).json()
        assert (seen["state"], seen["suspended_for"], seen["may_approve"]) == ("suspended", "recovery", True)
        assert refusal(await home.approve(link, home.daughter)) == (404, "families.link_not_found")
        assert refusal(await home.approve(link, father)) == (403, "people.level_too_low")
        await strong(home.hall, father)
        assert (await home.approve(link, father)).json()["state"] == "active"
        assert (await home.get("/wallet")).status_code == 200
    await home.hall.books_agree()


async def test_somebody_under_sixteen_neither_gives_nor_takes_a_voluntary_link(hall: Hall) -> None:
    kid, stranger = await hall.sign_in(KIDS), await hall.sign_in(STRANGERS)
    assert (await be(hall, kid, CHILD)).json()["is_minor"] is True
    assert (await be(hall, stranger, DAUGHTER)).status_code == 200
    await strong(hall, kid)
    said = {"kind": "voluntary", "scopes": ALL, "limits": CAPS}
    made = await hall.client.post(LINKS, headers=stranger, json=said | {"dependant": KIDS})
    assert made.status_code == 201, "nothing is told about the number"
    approved = await hall.client.post(f"{LINKS}/{made.json()['id']}/approve", headers=kid)
    assert refusal(approved) == (422, "families.too_young")
    taken = await hall.client.post(LINKS, headers=kid, json=said | {"dependant": STRANGERS})
    assert (refusal(taken), taken.json()["age"]) == ((422, "families.too_young"), 16)
    with clock.at(datetime(2032, 5, 31, 16, tzinfo=UTC)):  # the sixteenth birthday, in the city
        kid = await hall.sign_in(KIDS)
        made = await hall.client.post(LINKS, headers=kid, json=said | {"dependant": STRANGERS})
        assert made.status_code == 201, made.text


async def test_what_lives_is_never_hidden_behind_what_is_over(home: Family, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "MOST_SHOWN", 2)
    living = await home.linked()
    stranger = await _parent(home.hall, STRANGERS)
    dead = []
    for _ in range(3):
        dead.append((await home.propose(stranger)).json()["id"])
        assert (await home.revoke(dead[-1], stranger)).status_code == 200
    first = (await home.get("/families/links", home.father)).json()
    assert [one["id"] for one in first["links"]] == [living, dead[2], dead[1]]
    rest = (await home.get(f"/families/links?cursor={first['next_cursor']}", home.father)).json()
    assert ([one["id"] for one in rest["links"]], rest["next_cursor"]) == ([dead[0]], None)
    monkeypatch.setattr(links, "MOST_SHOWN", 3)
    assert (await home.get("/families/links", home.father)).json()["next_cursor"] is None


async def test_nobody_is_rung_at_night_by_strangers_who_propose_nor_asked_by_one_again_and_again(home: Family) -> None:
    hall, zone = home.hall, ZoneInfo(home.hall.settings.zone)
    night = datetime.combine(clock.now().astimezone(zone).date() + timedelta(days=1), datetime.min.time(), zone)
    with clock.at(night + timedelta(hours=3)):
        stranger = await _parent(hall, STRANGERS)
        await run(hall.pool, outside_of(hall.settings), hall.settings)
        before = len(hall.outside.messages(f"+86{FATHERS}"))
        for _ in range(3):
            made = await home.propose(stranger)
            assert made.status_code == 201, made.text
            async with hall.pool.write() as conn:
                assert await keeping.tell_proposed(conn, hall.settings) == 1
            await home.revoke(made.json()["id"], stranger)
        for phone in (FATHERS, NOBODY):
            for _ in range(0 if phone == FATHERS else 3):
                made = await home.propose(stranger, dependant=phone)
                await home.revoke(made.json()["id"], stranger)
            assert refusal(await home.propose(stranger, dependant=phone)) == (429, "hall.rate_limited"), "the same"
        await run(hall.pool, outside_of(hall.settings), hall.settings)
        assert len(hall.outside.messages(f"+86{FATHERS}")) == before, "not at three in the morning"
        assert (await told(hall, home.father)).count("families.proposed") == 3


async def test_a_number_is_asked_ten_times_a_day_by_all_together(home: Family) -> None:
    for _ in range(10):
        await limits.take(home.hall.pool, links.BEING_ASKED, f"+86{FATHERS}")
    assert refusal(await home.propose()) == (429, "hall.rate_limited")
    assert (await home.propose(dependant=STRANGERS)).status_code == 201


async def test_a_no_reads_like_nobody_until_the_time_is_over(home: Family) -> None:
    who = await home.hall.sign_in(STRANGERS)
    made = {phone: (await home.propose(dependant=phone)).json()["id"] for phone in (STRANGERS, NOBODY)}
    declined = await home.revoke(made[STRANGERS], who)
    assert (declined.status_code, declined.json()["state"]) == (200, "revoked")
    assert refusal(await home.revoke(made[STRANGERS], who)) == (404, "families.link_not_found")
    assert refusal(await home.approve(made[STRANGERS], who))[0] in (403, 404)

    async def seen() -> list[Any]:
        own = ("id", "proposed_at", "dependant_called")
        found = [(await home.get(f"/families/links/{link}", home.daughter)).json() for link in made.values()]
        again = [(await home.propose(dependant=phone)).json().get("code") for phone in made]
        return [
            ({name: value for name, value in one.items() if name not in own}, code)
            for one, code in zip(found, again, strict=True)
        ]

    somebody, nobody = await seen()
    assert somebody == nobody
    assert (nobody[0]["state"], nobody[1]) == ("proposed", "families.link_exists")
    assert "families.ended" not in await told(home.hall, home.daughter)
    with clock.at(clock.now() + timedelta(days=8)):
        async with home.hall.pool.write() as conn:
            assert await keeping.expire(conn) == 2
        home.daughter = await home.hall.sign_in("13800000001")
        states = [(await home.get(f"/families/links/{link}", home.daughter)).json()["state"] for link in made.values()]
        assert states == ["expired"] * 2
        assert (await told(home.hall, home.daughter)).count("families.ended") == 2, "the same of both"
    await home.hall.books_agree()


async def test_a_proposal_is_the_same_work_whether_or_not_anybody_has_the_number(
    home: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    await home.hall.sign_in(STRANGERS)
    real, count = db._execute, [0]

    async def counted(*given: Any) -> Any:
        count[0] += 1
        return await real(*given)

    monkeypatch.setattr(db, "_execute", counted)
    spent = []
    for phone in (STRANGERS, NOBODY):
        count[0] = 0
        assert (await home.propose(dependant=phone)).status_code == 201
        spent.append(count[0])
    assert spent[0] == spent[1] > 0


async def test_a_copy_of_ones_data_names_nobody_who_has_not_said_yes(home: Family) -> None:
    await be(home.hall, await home.hall.sign_in(STRANGERS), XIAOMING)
    await home.propose(dependant=STRANGERS)
    copy = (await home.hall.client.get("/api/v1/me/export", headers=home.daughter)).text
    assert "138****0004" in copy
    assert XIAOMING.name[-1] not in copy


async def test_what_waits_at_the_counter_waits_as_many_days_whenever_it_is_put_down(home: Family) -> None:
    zone = ZoneInfo(home.hall.settings.zone)
    first, _ = await home.operators()
    ends = []
    for hour, phone in ((7, FATHERS), (9, STRANGERS)):  # of one day in the city, and of two in London
        await home.hall.sign_in(phone)
        papers = counter.Papers(Kind.VOLUNTARY, "13800000001", phone, "both identity cards")
        with clock.at(datetime(2030, 3, 5, hour, tzinfo=zone).astimezone(UTC)):
            async with home.hall.pool.write() as conn:
                wish = Wish(ALL, Caps(**CAPS))
                made = await counter.see(conn, home.hall.settings, operator=first, papers=papers, wish=wish)
        ends.append(made.proposed_until)
    assert ends[0] == ends[1]
    assert await id_of(home.hall, home.father) == home.father_id
