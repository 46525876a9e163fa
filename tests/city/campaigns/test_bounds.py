"""Who may have how many campaigns, where, and what does not start: nobody puts a thing in the way of every payment."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from openhall.base import clock, db
from openhall.city.campaigns import actions, promoter
from openhall.core import ledger, people
from openhall.core.people import resident_with
from tests.city.campaigns.sponsor import OTHER_OWNER, OWNER, SPONSOR, Sponsor
from tests.city.campaigns.test_checks import bring
from tests.city.merchants.book.test_plans import explained, scanned, touched
from tests.core.people.test_pages import Browser
from tests.hall import Hall, Headers

pytestmark = pytest.mark.anyio

MANAGER, STRANGER = "13800000008", "13800000001"
q = db.load("openhall.city.campaigns")


async def _market(hall: Hall, manager: Headers, owner: Headers, name: str) -> dict[str, str]:
    """A market with one shop in it, as the rules of a campaign name it."""
    made = await hall.client.post("/api/v1/markets", json={"name": name, "city": "长安"}, headers=manager)
    market, shop = made.json()["id"], await hall.open_shop(owner)
    code = {"short_code": shop["short_code"]}
    invited = await hall.client.post(f"/api/v1/markets/{market}/invitations", json=code, headers=manager)
    path = f"/api/v1/shops/{shop['id']}/market/requests/{invited.json()['requests'][-1]['id']}/accept"
    assert (await hall.client.post(path, headers=owner)).status_code == 201
    return {"kind": "market", "id": market}


def _code(answer: Any) -> tuple[int, str | None]:
    return answer.status_code, answer.json().get("code")


async def test_a_resident_has_at_most_so_many_campaigns_that_are_not_over(hall: Hall) -> None:
    sponsor = await Sponsor.enter(hall)
    most = hall.settings.campaigns_per_resident
    first = await sponsor.run(start=False, budget=0)
    for _ in range(most - 3):
        await sponsor.run(start=False, budget=0)
    raced = await asyncio.gather(*(sponsor.ask(start=False, budget=0) for _ in range(5)))
    assert sorted(_code(one) for one in raced if one.status_code != 201) == [(422, "campaigns.too_many")] * 3
    assert (await sponsor.ask()).json()["most"] == most == 20
    assert (await sponsor.post(first["id"], "end")).json()["state"] == "ended"
    assert (await sponsor.ask()).status_code == 201, "one that is over does not count"


@pytest.mark.parametrize(
    ("wish", "needed"),
    [
        ({}, 350),
        ({"kind": "fixed_price", "amount": 1, "most_off": 1000}, 1000),
        ({"kind": "bounty", "amount": 0, "low": 1, "high": 88, "min_spend": 88}, 88),
        ({"kind": "promoter", "amount": 50, "days": 31}, 50),
    ],
)
async def test_a_budget_of_less_than_one_gift_does_not_start(hall: Hall, wish: dict[str, Any], needed: int) -> None:
    sponsor = await Sponsor.enter(hall)
    refused = await sponsor.ask(**wish, budget=needed - 1)
    assert (*_code(refused), refused.json()["needed"]) == (422, "campaigns.budget_missing", needed)
    assert (await sponsor.run(**wish, budget=needed))["state"] == "running"


async def test_a_campaign_that_is_used_up_does_not_go_on_after_a_pause(hall: Hall) -> None:
    sponsor, payer, owner = await Sponsor.enter(hall), await hall.sign_in(STRANGER), await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 1000)
    campaign = await sponsor.run(budget=350)
    assert (await hall.pay(payer, code=shop["code"], amount=700)).json()["paid"] == 350
    await sponsor.post(campaign["id"], "pause")
    assert _code(await sponsor.post(campaign["id"], "start")) == (422, "campaigns.budget_missing")


async def test_only_operators_make_offers_at_the_shops_of_others(hall: Hall) -> None:
    stranger, owner, other = [await hall.sign_in(phone) for phone in (STRANGER, OWNER, OTHER_OWNER)]
    manager = await hall.sign_in(MANAGER)
    for resident in (stranger, owner, manager):
        await hall.give(resident, 100_000)
    shop = await hall.open_shop(owner)
    own, foreign = await _market(hall, manager, owner, "西市"), await _market(hall, other, other, "东市")
    here = {"kind": "shop", "id": shop["id"]}
    category = {"kind": "category", "id": "5814"}
    refused = (422, "campaigns.place_not_yours")
    wishes: list[tuple[Headers, list[dict[str, str]]]] = [
        (stranger, []),
        (owner, []),
        (owner, [category]),
        (owner, [here, category]),
        (owner, [own]),
        (manager, []),
        (manager, [own, foreign]),
    ]
    for who, groups in wishes:
        assert _code(await Sponsor(hall, who).ask(groups=groups)) == refused, groups
    assert (await Sponsor(hall, owner).ask(groups=[here])).status_code == 201
    assert (await Sponsor(hall, manager).ask(groups=[own])).status_code == 201
    operator = await Sponsor.enter(hall)
    for groups in ([], [category], [own, foreign]):
        assert (await operator.ask(groups=groups)).status_code == 201, groups


async def test_who_may_not_offer_there_any_more_neither_starts_nor_goes_on(hall: Hall) -> None:
    sponsor = await Sponsor.enter(hall)
    rests, draft = await sponsor.run(), await sponsor.run(start=False)
    assert (await sponsor.post(rests["id"], "pause")).status_code == 200
    me = (await hall.client.get("/api/v1/me", headers=sponsor.headers)).json()["id"]
    async with hall.pool.write() as conn:
        await people.remove_operator(conn, UUID(me))
    for one in (rests, draft):
        assert _code(await sponsor.post(one["id"], "start")) == (422, "campaigns.place_not_yours")
    browser = Browser(hall)
    await browser.sign_in(SPONSOR)
    refused = await browser.post(f"/campaigns/{rests['id']}/change", change="start")
    assert refused.status_code == 422
    assert (await sponsor.look(rests["id"]))["state"] == "paused"
    assert (await sponsor.post(rests["id"], "end")).status_code == 200, "its money comes back all the same"


async def test_the_form_offers_only_where_an_offer_may_be(hall: Hall) -> None:
    manager, owner = await hall.sign_in(MANAGER), await hall.sign_in(OWNER)
    market = await _market(hall, manager, owner, "西市")
    shown = {}
    for phone in (STRANGER, MANAGER, OWNER):
        hall.client.cookies.clear()
        browser = Browser(hall)
        await browser.sign_in(phone)
        shown[phone] = (await browser.get("/campaigns/new?request_key=one")).text
    assert "open a shop first" in shown[STRANGER]
    assert 'href="/shops/new"' in shown[STRANGER]
    assert 'name="budget"' not in shown[STRANGER], "nothing is filled in that could not be sent"
    assert 'name="place"' not in shown[STRANGER]
    assert f'value="market {market["id"]}" checked' in shown[MANAGER]
    assert "王记早餐" in shown[OWNER]
    for page in shown.values():
        assert "category 5814" not in page
        assert "Everywhere in the city" not in page


async def test_campaigns_and_offers_are_listed_by_pages(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "PAGE", 2)
    sponsor = await Sponsor.enter(hall)
    ends = ["2027-01-03", "2027-01-02", "2027-01-03", "2027-01-01", "2027-01-02", "2027-01-04"]
    made = [await sponsor.run(title=f"No. {place}", last_day=end) for place, end in enumerate(ends)]
    ids_ = [one["id"] for one in made]
    assert await _listed(sponsor, "/api/v1/campaigns", "campaigns", "id") == ids_[::-1]
    soonest = [one for _, one in sorted(zip(ends, ids_, strict=True))]
    assert await _listed(sponsor, "/api/v1/offers", "offers", "id") == soonest
    browser = Browser(hall)
    await browser.sign_in(SPONSOR)
    for path, first in (("/campaigns", ids_[::-1]), ("/offers", soonest)):
        page = (await browser.get(path)).text
        assert f'href="{path}?cursor={first[1]}"' in page
        following = (await browser.get(f"{path}?cursor={first[1]}")).text
        assert [one in following for one in first[:4]] == [False, False, True, True]


async def _listed(sponsor: Sponsor, path: str, name: str, key: str) -> list[str]:
    """Everything a list has, page after page."""
    found: list[str] = []
    asked: dict[str, str] = {}
    while True:
        page = (await sponsor.hall.client.get(path, params=asked, headers=sponsor.headers)).json()
        assert page[name], "a page that was promised has something on it"
        found += [str(one[key]) for one in page[name]]
        if page["next_cursor"] is None:
            return found
        asked = {"cursor": page["next_cursor"]}


async def test_who_brought_many_shops_sees_them_all_and_what_they_earned(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promoter, "PAGE", 2)
    inviter, owner = await hall.sign_in(OTHER_OWNER), await hall.sign_in(OWNER)
    shops = [(await hall.open_shop(owner))["id"] for _ in range(6)]
    for shop in shops:
        assert await bring(hall, inviter, owner, shop) == 204
    assert await _listed(Sponsor(hall, inviter), "/api/v1/promoter", "invited", "shop") == shops[::-1]
    browser = Browser(hall)
    await browser.sign_in(OTHER_OWNER)
    assert f'href="/promoter?cursor={shops[4]}"' in (await browser.get("/promoter")).text


async def test_lists_of_campaigns_are_read_along_their_index(hall: Hall) -> None:
    sponsor = await Sponsor.enter(hall)
    model = await sponsor.run(last_day="2027-06-01")
    async with hall.pool.write() as conn:
        await _crowd(conn, UUID(model["id"]))
        me = await resident_with(conn, f"+86{SPONSOR}")
        assert me is not None
        day = ledger.local(clock.now()).date()
        found = await explained(conn, q.offered, today=day, after=model["id"], limit=50)
        assert ("campaigns" in scanned(found), touched(found) < 300) == (False, True), found
        assert "campaigns_offered" in {node.get("Index Name") for node in found}
        found = await explained(conn, q.campaigns_of, sponsor=me.id, before=model["id"], limit=50)
        assert ("campaigns" in scanned(found), touched(found) < 300) == (False, True), found


async def _crowd(conn: db.Conn, model: UUID) -> None:
    """Two thousand running campaigns beside this one, straight into the tables."""
    accounts = (
        b"insert into ledger.accounts (id, kind, owner, currency, floor, busy, opened_at)"
        b" select gen_random_uuid(), 'campaign', gen_random_uuid(), 'CNY', 0, false, now()"
        b" from generate_series(1, 2000) returning id"
    )
    made = [row[0] for row in await (await conn.execute(accounts)).fetchall()]
    copies = (
        b"insert into campaigns.campaigns select (jsonb_populate_record(c, jsonb_build_object('id', gen_random_uuid(),"
        b" 'account', a, 'last_day', date '2027-06-01' + (random() * 300)::int))).*"
        b" from campaigns.campaigns c, unnest(%s::uuid[]) a where c.id = %s"
    )
    await conn.execute(copies, [made, model])
    await conn.execute(b"analyze campaigns.campaigns, campaigns.groups")
