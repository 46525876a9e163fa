"""What is compared with what, and where lists go on: for any date."""

from datetime import date, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhall.base.errors import Problem
from openhall.city.merchants.book.rules import View
from openhall.city.merchants.markets import rules
from openhall.city.merchants.markets.types import Adoption, MarketSums, Member

DATES = st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1))
VIEWS = st.sampled_from([View.DAY, View.WEEK, View.MONTH])
ONE = timedelta(days=1)


@given(VIEWS, DATES, DATES)
def test_a_period_ends_with_what_is_closed_and_follows_the_one_before(view: View, on: date, closed: date) -> None:
    period = rules.compared(view, on, closed)
    assert period.first <= period.last <= closed
    assert period.before_first <= period.before_last < period.first
    if on <= closed:
        assert period.first <= on
    if view is View.DAY:
        assert (period.last, period.before_last) == (period.first, period.first - ONE)
    if view is View.WEEK:
        assert (period.first.weekday(), period.first - period.before_first) == (0, ONE * 7)
    if view is View.MONTH:
        assert (period.first.day, period.before_first.day) == (1, 1)


@given(VIEWS, DATES)
def test_what_goes_on_is_compared_with_as_many_days(view: View, closed: date) -> None:
    period = rules.compared(view, closed, closed)
    days, before = period.last - period.first, period.before_last - period.before_first
    whole_months = view is View.MONTH and (period.last + ONE).day == 1
    # A month of 31 days has no like in February.
    assert before == days or whole_months or period.before_last == period.first - ONE


@given(DATES)
def test_twelve_weeks_lie_side_by_side(last: date) -> None:
    weeks = rules.weeks_until(last)
    assert (len(weeks), weeks[-1][1]) == (12, last)
    assert all(end - first == ONE * 6 for first, end in weeks)
    assert all(later[0] - earlier[1] == ONE for earlier, later in pairwise(weeks))


@given(st.integers(0, 2**59), st.uuids())
def test_a_cursor_is_read_as_it_was_written(total: int, shop: UUID) -> None:
    member = Member(shop, "x", "5814", "open", date(2026, 1, 1), 1, total, 0)
    assert rules.cursor_of(rules.cursor_after(member)) == (total, shop)


@pytest.mark.parametrize("text", ["", "x", "1.2", "-1." + "0" * 32, "1." + "0" * 31, "１." + "0" * 32])
def test_what_was_never_a_cursor_is_refused(text: str) -> None:
    with pytest.raises(Problem, match=r"hall\.malformed"):
        rules.cursor_of(text)


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_a_share_is_whole_thousandths(a: int, b: int) -> None:
    paid, open_ = sorted((a, b))
    share = Adoption(date(2026, 1, 1), date(2026, 1, 7), open_, paid).permille
    assert 0 <= share <= 1000
    assert (share == 1000) == (paid == open_ > 0)
    assert abs(share * open_ - paid * 1000) <= max(open_, 1), "rounded to the nearest, but for almost all"


def test_shares_are_rounded_and_add_up() -> None:
    week = (date(2026, 1, 1), date(2026, 1, 7))
    assert Adoption(*week, 3, 2).permille == 667
    assert Adoption(*week, 5000, 4999).permille == 999, "almost all are not all"
    assert MarketSums(total=3, wholesale_total=2).wholesale_permille == 667
    assert MarketSums().wholesale_permille == 0
