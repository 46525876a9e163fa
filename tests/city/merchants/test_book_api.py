"""A shop's book over the API: one business date at a time, page by page."""

from datetime import UTC, datetime, timedelta

import pytest

from openhall.base import clock
from tests.hall import Hall

pytestmark = pytest.mark.anyio

OWNER, PAYER = "13900000001", "13900000002"


async def test_the_book_lists_a_day_newest_first_and_page_by_page(hall: Hall) -> None:
    owner, payer = await hall.sign_in(OWNER), await hall.sign_in(PAYER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 10_000)
    made = [(await hall.pay(payer, code=shop["code"], amount=amount)).json() for amount in (1, 2, 3, 4, 5)]
    path = f"/api/v1/shops/{shop['id']}/payments"
    whole = (await hall.client.get(path, headers=owner)).json()
    assert [payment["amount"] for payment in whole["payments"]] == [5, 4, 3, 2, 1]
    assert (whole["count"], whole["total"], whole["currency"], whole["next_cursor"]) == (5, 15, "CNY", None)
    newest = whole["payments"][0]
    assert newest["payer_masked"] == "139****0002"
    assert newest["shop"] == {"id": shop["id"], "name": shop["name"]}
    assert {name: newest[name] for name in ("id", "state", "receipt_no", "at", "currency")} == {
        name: made[-1][name] for name in ("id", "state", "receipt_no", "at", "currency")
    }
    pages, cursor = [], None
    while True:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await hall.client.get(path, params=query, headers=owner)).json()
        assert (page["count"], page["total"]) == (5, 15), "totals are those of the day, not of the page"
        pages.append([payment["amount"] for payment in page["payments"]])
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert pages == [[5, 4], [3, 2], [1]]
    full = (await hall.client.get(path, params={"limit": 5}, headers=owner)).json()
    assert (len(full["payments"]), full["next_cursor"]) == (5, None), "a page that is just full is the last one"


async def test_each_business_date_has_its_own_page(hall: Hall) -> None:
    owner, payer = await hall.sign_in(OWNER), await hall.sign_in(PAYER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 10_000)
    day = datetime.now(UTC).date() + timedelta(days=2)
    midnight = datetime(day.year, day.month, day.day, 16, tzinfo=UTC)  # the next day begins in Chang'an
    for instant, amount in ((midnight - timedelta(milliseconds=1), 1), (midnight, 20)):
        with clock.at(instant):
            assert (await hall.pay(payer, code=shop["code"], amount=amount)).status_code == 201
    path = f"/api/v1/shops/{shop['id']}/payments"
    for date, total in ((day, 1), (day + timedelta(days=1), 20), (day - timedelta(days=1), 0)):
        book = (await hall.client.get(path, params={"date": date.isoformat()}, headers=owner)).json()
        assert (book["date"], book["total"], len(book["payments"])) == (date.isoformat(), total, int(total > 0))
    with clock.at(midnight):
        assert (await hall.client.get(path, headers=owner)).json()["total"] == 20, "today, when no date is named"


@pytest.mark.parametrize(
    "query", [{"date": "yesterday"}, {"date": "2026-02-30"}, {"cursor": "x"}, {"limit": 0}, {"limit": 201}]
)
async def test_a_malformed_query_is_refused(hall: Hall, query: dict[str, str]) -> None:
    owner = await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    refused = await hall.client.get(f"/api/v1/shops/{shop['id']}/payments", params=query, headers=owner)
    assert (refused.status_code, refused.json()["code"]) == (400, "hall.malformed")
