"""The rules of campaigns and of subsidies, for any numbers."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openhall.base import clock
from openhall.base.errors import Problem
from openhall.city.campaigns import rules
from openhall.city.campaigns.rules import Tally, Used
from openhall.city.campaigns.types import Campaign, Kind, Rules, State
from openhall.core.payments import offers

AMOUNTS = st.integers(1, 10**6)
DAY = date(2026, 11, 20)


def rules_of(**wish: object) -> Rules:
    plain = Rules(kind=Kind.AMOUNT_OFF, amount=350, first_day=DAY, last_day=DAY)
    return msgspec.structs.replace(plain, **wish)


def campaign(**wish: object) -> Campaign:
    facts = msgspec.structs.asdict(rules_of()) | {
        "id": uuid4(),
        "sponsor": uuid4(),
        "title": "Breakfast",
        "title_en": None,
        "state": State.RUNNING,
        "account": uuid4(),
        "source": uuid4(),
        "currency": "CNY",
        "funded": 0,
        "returned": 0,
        "uses": 0,
        "seed": bytes(32),
        "created_at": clock.now(),
        "started_at": None,
        "ended_at": None,
        "groups": [],
    }
    return Campaign(**(facts | wish))


@settings(deadline=None)
@given(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS, st.sampled_from([Kind.AMOUNT_OFF, Kind.FIXED_PRICE]))
def test_a_discount_never_exceeds_the_price_and_leaves_the_payer_something(
    amount: int, off_or_price: int, least: int, most: int, kind: Kind
) -> None:
    most_off = most if kind is Kind.FIXED_PRICE else None
    wish = rules.checked(rules_of(kind=kind, amount=off_or_price, min_spend=least, most_off=most_off))
    off = rules.discount(wish, amount)
    assert 0 <= off < amount
    if amount < least:
        assert off == 0
    elif kind is Kind.FIXED_PRICE:
        assert amount - off == max(min(amount, off_or_price), amount - most)
    else:
        assert off == min(off_or_price, amount - 1)


@settings(deadline=None)
@given(AMOUNTS, st.data())
def test_of_any_series_of_refunds_everybody_gets_back_exactly_what_they_gave(amount: int, data: st.DataObject) -> None:
    discount = data.draw(st.integers(0, amount - 1))
    bounty = data.draw(st.integers(0, amount - discount))
    parts: list[int] = []
    rest = amount
    while rest:
        parts.append(data.draw(st.integers(1, rest)) if len(parts) < 8 else rest)
        rest -= parts[-1]
    before, sums = 0, [0, 0, 0]
    for part in parts:
        shares = offers.returned(amount, discount=discount, bounty=bounty, before=before, more=part)
        assert min(shares.payer, shares.discount, shares.bounty) >= 0
        assert shares.payer + shares.discount + shares.bounty == part
        before += part
        sums = [sums[0] + shares.payer, sums[1] + shares.discount, sums[2] + shares.bounty]
        # At no time does a budget have more than its share, so what is still owed to it is never negative.
        assert sums[1] + sums[2] == before * (discount + bounty) // amount
    assert sums == [amount - discount - bounty, discount, bounty]


@settings(deadline=None)
@given(st.binary(min_size=32, max_size=32), st.uuids(), st.integers(1, 10**6), st.integers(0, 10**6))
def test_a_draw_is_within_its_bounds_and_always_the_same(seed: bytes, payment: UUID, low: int, more: int) -> None:
    drawn = rules.draw(seed, payment, low, low + more)
    assert low <= drawn <= low + more
    assert rules.draw(seed, payment, low, low + more) == drawn


def test_the_draw_is_the_documented_one() -> None:
    payment = UUID("00000000-0000-7000-8000-000000000001")
    # The first eight bytes of the digest as openssl computes it, with the seed of 32 zero bytes.
    assert rules.draw(bytes(32), payment, 10, 109) == 10 + 11407027819028730120 % 100
    assert rules.commitment(bytes(32)) == "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925"


def test_draws_are_spread_evenly() -> None:
    counts = [0] * 10
    for number in range(20_000):
        counts[rules.draw(b"s" * 32, UUID(int=number), 0, 9)] += 1
    assert all(1_800 < count < 2_200 for count in counts), counts


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, 500), st.sampled_from("abc")), max_size=40), st.data())
def test_no_series_of_gifts_passes_a_limit(wishes: list[tuple[int, str]], data: st.DataObject) -> None:
    limit = st.none() | st.integers(1, 6)
    one = campaign(
        per_day=data.draw(limit),
        per_person=data.draw(limit),
        per_person_sum=data.draw(st.none() | st.integers(1, 1500)),
        most_uses=data.draw(st.none() | st.integers(1, 20)),
    )
    budget = data.draw(st.integers(0, 5000))
    tally, people = Tally(budget, 0), {who: Used() for who in "abc"}
    given_to: dict[str, list[int]] = {who: [] for who in "abc"}
    for gift, who in wishes:
        if rules.allows(one, tally, people[who], gift):
            rules.take(tally, people[who], gift)
            given_to[who].append(gift)
    gifts = [gift for got in given_to.values() for gift in got]
    assert sum(gifts) == budget - tally.left <= budget
    assert len(gifts) <= (one.most_uses or len(gifts))
    for got in given_to.values():
        assert len(got) <= min(one.per_day or 99, one.per_person or 99)
        assert sum(got) <= (one.per_person_sum or sum(got))


@settings(deadline=None)
@given(st.lists(st.integers(1, 5), min_size=1, max_size=6), st.randoms())
def test_the_best_offer_does_not_depend_on_the_order(gifts: list[int], random: object) -> None:
    candidates = [(gift, campaign(id=UUID(int=number))) for number, gift in enumerate(gifts)]
    first = rules.best(candidates)
    random.shuffle(candidates)  # type: ignore[attr-defined]
    again = rules.best(candidates)
    assert first is not None
    assert again is not None
    assert (again[0], again[1].id) == (first[0], first[1].id) == (max(gifts), UUID(int=gifts.index(max(gifts))))


@pytest.mark.parametrize(
    ("hour", "minute", "on"), [(5, 59, False), (6, 0, True), (8, 59, True), (9, 0, False), (23, 59, False)]
)
def test_hours_are_half_open(hour: int, minute: int, on: bool) -> None:
    wish = rules_of(from_minute=360, to_minute=540)
    assert rules.is_on(wish, datetime(2026, 11, 20, hour, minute, tzinfo=UTC)) is on


@settings(deadline=None)
@given(st.integers(1, 127), st.integers(0, 20))
def test_weekdays_are_those_of_the_calendar(bits: int, days: int) -> None:
    at = datetime(2026, 11, 16, 12, tzinfo=UTC) + timedelta(days=days)  # the first is a Monday
    wish = rules_of(weekdays=bits, first_day=at.date(), last_day=at.date())
    assert rules.is_on(wish, at) is bool(bits >> days % 7 & 1)
    assert not rules.is_on(wish, at + timedelta(days=1))


def test_a_campaign_is_valid_for_any_of_its_groups() -> None:
    groups = [("category", "5814", "Breakfast"), ("market", "north", "North market")]
    one = campaign(groups=groups)
    assert rules.is_for(one, frozenset({("market", "north")}))
    assert not rules.is_for(one, frozenset({("category", "5812"), ("market", "south")}))
    assert rules.is_for(campaign(), frozenset())


def test_rules_that_make_sense_pass() -> None:
    assert rules.checked(rules_of()) == rules_of()
    with pytest.raises(Problem):
        rules.checked(rules_of(last_day=DAY + timedelta(days=800)))
