"""How a link begins and ends: by one's own will, by law, at the counter; and that a proposal tells nothing."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec import structs

from openhall.base import clock
from openhall.base.config import Settings
from openhall.base.errors import Problem
from openhall.core.families.actions import children, counter, keeping
from openhall.core.families.actions.links import Wish
from openhall.core.families.types import Caps, Kind
from openhall.demo.outside.register import RESIDENTS
from tests.conftest import open_hall
from tests.core.families.stage import ALL, CAPS, DAUGHTERS, FATHERS, LINKS, STRANGERS, Family, family
from tests.core.people.names.people import CHILD, DAUGHTER, DECEASED, XIAOMING, be, id_of, rows
from tests.core.people.pins.steps import refusal, told
from tests.hall import Hall, Headers, fresh_key
from tests.outside_fixture import OutsideProgram

pytestmark = pytest.mark.anyio
NOBODY = "13999999999"
CHILDREN = "/api/v1/families/children"


@pytest.fixture
async def home(hall: Hall) -> Family:
    return await family(hall)


async def test_a_proposal_to_nobody_reads_like_one_to_somebody(home: Family) -> None:
    looks = []
    for phone in (STRANGERS, NOBODY):
        if phone == STRANGERS:
            await home.hall.sign_in(phone)
        made = await home.propose(dependant=phone)
        assert made.status_code == 201
        seen = (await home.get(f"/families/links/{made.json()['id']}", home.daughter)).json()
        masked = f"{phone[:3]}****{phone[-4:]}"
        own = {name: value for name, value in seen.items() if name not in ("id", "proposed_at")}
        looks.append(own | {"dependant_called": own["dependant_called"] == masked})
    assert looks[0] == looks[1]
    assert looks[0]["dependant"] is None
    again = await home.propose(dependant=NOBODY)
    assert refusal(again) == (409, "families.link_exists"), "that is what one knows oneself"
    late = await home.hall.sign_in(NOBODY)
    assert "families.proposed" in await told(home.hall, late), "it waited until somebody joined with the number"
    (waiting,) = (await home.get("/families/links", late)).json()["links"]
    assert (waiting["role"], waiting["may_approve"]) == ("dependant", True)
    assert (await home.revoke(waiting["id"], late)).json()["state"] == "revoked"
    declined = (await home.get(f"/families/links/{waiting['id']}", home.daughter)).json()
    assert (declined["dependant"], declined["dependant_called"]) == (None, "139****9999"), "nor after a no"
    await home.hall.books_agree()


async def test_only_whom_it_concerns_approves_and_only_with_a_fresh_passkey(home: Family) -> None:
    link = (await home.propose()).json()["id"]
    stranger = await home.hall.sign_in(STRANGERS)
    assert (await be(home.hall, stranger, XIAOMING)).status_code == 200
    for who in (home.daughter, stranger):
        assert refusal(await home.approve(link, who)) == (404, "families.link_not_found")
    weak = await home.hall.sign_in(FATHERS)
    assert refusal(await home.approve(link, weak)) == (403, "people.level_too_low"), "a code is not enough"
    with clock.at(clock.now() + timedelta(minutes=6)):
        assert refusal(await home.approve(link)) == (403, "people.proof_too_old")
    assert (await home.get(f"/families/links/{link}", stranger)).status_code == 404
    assert (await home.approve(link)).json()["state"] == "active"
    assert refusal(await home.approve(link)) == (404, "families.link_not_found")
    assert (await told(home.hall, home.daughter))[-1] == "families.approved"
    await home.hall.books_agree()


async def test_what_a_proposal_refuses(home: Family) -> None:
    for said, code in (
        ({"kind": "guardian"}, "families.kind_elsewhere"),
        ({"scopes": ["all"]}, "families.scope_unknown"),
        ({"limits": {"payment_max": 2, "month_max": 1}}, "families.limits_invalid"),
        ({"dependant": "110"}, "people.phone_invalid"),
        ({"dependant": DAUGHTERS}, "families.yourself"),
        ({"ends": "2020-01-01"}, "families.ends_invalid"),
    ):
        assert (await home.propose(**said)).json()["code"] == code
    assert refusal(await home.propose(await home.hall.sign_in(STRANGERS))) == (403, "people.level_too_low")


async def test_five_may_be_acted_for_and_what_waits_counts(home: Family) -> None:
    first = (await home.propose(dependant="13700000000")).json()["id"]
    for number in range(1, 5):
        assert (await home.propose(dependant=f"1370000000{number}")).status_code == 201
    assert refusal(await home.propose()) == (422, "families.too_many_dependants")
    assert (await home.revoke(first, home.daughter)).status_code == 200
    assert (await home.propose()).status_code == 201
    with clock.at(clock.now() + timedelta(days=8)):
        assert (await home.propose(dependant="13700000009")).status_code == 201, "what nobody answered is over"
        with clock.at(clock.now() + timedelta(days=8)):
            found = (await home.get("/families/links", home.father)).json()["links"]
            assert {one["state"] for one in found} == {"expired"}
    await home.hall.books_agree()


async def test_two_may_act_for_one_and_strangers_who_propose_keep_nobody_out(
    settings: Settings, outside: OutsideProgram
) -> None:
    async with open_hall(structs.replace(settings, family_holders_max=1), outside) as hall:
        home = await family(hall)
        stranger = await hall.sign_in(STRANGERS)
        assert (await be(hall, stranger, XIAOMING)).status_code == 200
        waiting = (await home.propose(stranger)).json()["id"]
        mine = (await home.propose()).json()["id"]
        race = await asyncio.gather(home.approve(mine), home.approve(waiting))
        assert sorted(answer.status_code for answer in race) == [200, 422]
        (refused,) = [answer for answer in race if answer.status_code == 422]
        assert refused.json()["code"] == "families.too_many_holders"
        await hall.books_agree()


async def test_a_parent_acts_until_the_child_is_eighteen_and_the_child_needs_no_phone(hall: Hall) -> None:
    parent, other = await hall.sign_in(DAUGHTERS), await hall.sign_in(FATHERS)
    assert (await be(hall, parent, XIAOMING)).status_code == 200

    async def add(who: Headers, person: Any) -> Any:
        body = {"name": person.name, "national_id": person.national_id, "scopes": ALL, "limits": CAPS}
        return await hall.client.post(CHILDREN, json=body, headers=who)

    assert refusal(await add(other, CHILD)) == (403, "people.level_too_low")
    assert refusal(await add(parent, DECEASED)) == (422, "people.name_not_matched")
    assert refusal(await add(parent, XIAOMING)) == (422, "families.not_a_minor")
    made = await add(parent, CHILD)
    assert made.status_code == 201, made.text
    link, child = made.json()["id"], made.json()["dependant"]
    assert (made.json()["kind"], made.json()["approved_by"]) == ("parent", "register")
    assert made.json()["ends_at"].startswith("2034-05-31T16:00"), "midnight in the city"
    assert refusal(await add(parent, CHILD)) == (409, "families.link_exists")
    behalf = parent | {"On-Behalf-Of": child}
    assert (await hall.client.get("/api/v1/wallet", headers=behalf)).json()["balance"] == 0
    async with hall.pool.write() as conn:
        card = await counter.card_of_dependant(conn, holder=await id_of(hall, parent), link=UUID(link))
    assert (len(card.number), card.name) == (9, CHILD.name)
    assert CHILD.national_id not in str(card)
    with clock.at(datetime(2034, 6, 1, tzinfo=UTC) - timedelta(hours=8, seconds=1)):
        late = await hall.sign_in(DAUGHTERS) | {"On-Behalf-Of": child}
        assert (await hall.client.get("/api/v1/wallet", headers=late)).status_code == 200
    with clock.at(datetime(2034, 6, 1, tzinfo=UTC) - timedelta(hours=8)):
        assert refusal(await hall.client.get("/api/v1/wallet", headers=late)) == (404, "families.not_linked")
        async with hall.pool.write() as conn:
            assert await keeping.expire(conn) == 1
    await hall.books_agree()


async def test_somebody_elses_child_is_not_told_from_one_the_hall_does_not_know(hall: Hall, home: Family) -> None:
    body = {"name": CHILD.name, "national_id": CHILD.national_id, "scopes": ALL, "limits": CAPS}
    before = await hall.client.post(CHILDREN, json=body, headers=home.daughter)
    parent = await hall.sign_in("13800000005")
    assert (await be(hall, parent, XIAOMING)).status_code == 200
    assert (await hall.client.post(CHILDREN, json=body, headers=parent)).status_code == 201
    after = await hall.client.post(CHILDREN, json=body, headers=home.daughter)
    assert (refusal(before), before.text) == ((422, "families.not_a_parent"), after.text)


async def test_the_register_is_asked_again_and_silence_changes_nothing(hall: Hall) -> None:
    parent = await hall.sign_in(DAUGHTERS)
    assert (await be(hall, parent, XIAOMING)).status_code == 200
    body = {"name": CHILD.name, "national_id": CHILD.national_id, "scopes": ALL, "limits": CAPS}
    made = (await hall.client.post(CHILDREN, json=body, headers=parent)).json()

    async def state() -> str:
        found = await hall.client.get(f"{LINKS}/{made['id']}", headers=parent)
        return str(found.json()["state"])

    async def check(days: int, settings: Settings = hall.settings) -> tuple[int, str]:
        with clock.at(clock.now() + timedelta(days=days)):
            return await children.check_due(hall.pool, settings), await state()

    assert await check(29) == (0, "active")
    down = structs.replace(hall.settings, register_url="http://127.0.0.1:9")
    assert await check(31, down) == (0, "active")
    assert await check(32) == (1, "active"), "it says yes, and is asked again in a month"
    other = await hall.sign_in(FATHERS)
    assert (await be(hall, other, DAUGHTER)).status_code == 200
    held = "update families.links set check_at = proposed_at, holder = %s"
    async with hall.pool.write() as conn:
        await conn.execute(held.encode(), [await id_of(hall, other)])
    assert await children.check_due(hall.pool, hall.settings) == 1
    async with hall.pool.write() as conn:
        await conn.execute(held.encode(), [await id_of(hall, parent)])
    assert await state() == "suspended", "it said no"
    assert (await told(hall, other))[-1] == "families.suspended"
    behalf = parent | {"On-Behalf-Of": made["dependant"]}
    assert refusal(await hall.client.get("/api/v1/wallet", headers=behalf)) == (404, "families.not_linked")
    assert await check(0) == (1, "active"), "and yes again"
    await hall.books_agree()


async def test_at_the_counter_two_operators_who_are_no_party_see_the_papers(home: Family) -> None:
    hall = home.hall
    first, second = await home.operators()
    papers = counter.Papers(Kind.GUARDIAN, DAUGHTERS, FATHERS, "court order 2026-118")
    until = Wish(ALL, Caps(**CAPS), datetime(2099, 1, 1, tzinfo=UTC).date())

    async def see(operator: Any = first, wish: Wish = until, **more: Any) -> Any:
        async with hall.pool.write() as conn:
            given = structs.replace(papers, **more)
            return await counter.see(conn, hall.settings, operator=operator, papers=given, wish=wish)

    for said, code in (
        ({"kind": Kind.PARENT}, "families.kind_elsewhere"),
        ({"evidence": " "}, "families.evidence_missing"),
        ({"wish": Wish(ALL, Caps(**CAPS))}, "families.ends_invalid"),
        ({"dependant": NOBODY}, "families.person_unknown"),
        ({"dependant": DAUGHTERS}, "families.yourself"),
        ({"operator": home.father_id}, "families.own_case"),
    ):
        with pytest.raises(Problem) as refused:
            await see(**said)
        assert refused.value.code == code
    link = await see()
    assert refusal(await home.get("/wallet")) == (404, "families.not_linked"), "nobody has confirmed it"
    assert refusal(await home.approve(str(link.id))) == (404, "families.link_not_found"), "nor is it theirs to"
    for operator, code in ((first, "families.needs_another"), (home.daughter_id, "families.own_case")):
        with pytest.raises(Problem) as refused:
            async with hall.pool.write() as conn:
                await counter.confirm(conn, hall.settings, operator=operator, link=link.id)
        assert refused.value.code == code
    async with hall.pool.write() as conn:
        await counter.confirm(conn, hall.settings, operator=second, link=link.id)
    assert (await home.pay(100)).status_code == 201
    assert refusal(await home.revoke(str(link.id))) == (403, "families.not_yours_to_end")
    async with hall.pool.write() as conn:
        await counter.end(conn, operator=second, link=link.id, why="the father calls")
    assert refusal(await home.get("/wallet")) == (404, "families.not_linked")
    trail = await rows(hall, "select act from families.trail where link = %s order by at, id", link.id)
    assert [act for (act,) in trail] == ["seen", "confirmed", "revoked"]
    await hall.books_agree()


async def test_somebody_without_a_phone_has_a_card_and_a_wallet_and_never_signs_in(home: Family) -> None:
    hall = home.hall
    (first, _) = await home.operators()

    async def add(person: Any) -> Any:
        return await counter.add_person(
            hall.pool,
            hall.settings,
            operator=first,
            name=person.name,
            national_id=person.national_id,
        )

    person = await add(XIAOMING)
    assert await add(XIAOMING) == person, "found again, not made twice"
    with pytest.raises(Problem, match=r"families\.has_a_phone"):
        await add(_registered("李秀英"))
    async with hall.pool.read() as conn:
        card = await counter.card_of(conn, person)
    await home.at_counter(dependant=f"{card.number[:3]} {card.number[3:]}")
    behalf = home.behalf(subject=person)
    assert (await hall.client.get("/api/v1/wallet", headers=behalf)).json()["balance"] == 0
    wish = {"code": home.shop["code"], "amount": 100}
    poor = await hall.client.post("/api/v1/payments", json=wish, headers=behalf | fresh_key())
    assert refusal(poor) == (422, "payments.insufficient_funds")
    await hall.books_agree()


def _registered(name: str) -> Any:
    return next(one for one in RESIDENTS if one.name == name)
