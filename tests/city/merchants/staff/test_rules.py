"""Who appoints whom."""

import pytest

from openhall.base.errors import Problem
from openhall.city.merchants import Role
from openhall.city.merchants.staff import may_appoint, rules


def test_owners_appoint_anybody_managers_cashiers_and_cashiers_nobody() -> None:
    may = {(by, role) for by in Role for role in Role if may_appoint(by, role)}
    assert may == {
        (Role.OWNER, Role.MANAGER),
        (Role.OWNER, Role.CASHIER),
        (Role.MANAGER, Role.CASHIER),
    }


@pytest.mark.parametrize(
    ("typed", "kept"), [(None, None), ("", None), ("  ", None), (" Anna ", "Anna"), ("2号", "2号")]
)
def test_a_name_on_receipts_is_tidied_and_may_be_nothing(typed: str | None, kept: str | None) -> None:
    assert rules.shown_as(typed) == kept


@pytest.mark.parametrize("typed", ["x" * 21, "a\u202eb", "a\tb"])
def test_a_name_that_hides_something_is_refused(typed: str) -> None:
    with pytest.raises(Problem) as refused:
        rules.shown_as(typed)
    assert refused.value.code == "merchants.shown_as_invalid"
