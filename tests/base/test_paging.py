"""Pages of a list: the last page knows that it is the last, also when it is just full."""

from uuid import UUID

import pytest
from msgspec import Struct

from openhall.base import paging


class Line(Struct, frozen=True):
    id: UUID


LINES = [Line(UUID(int=number)) for number in range(1, 6)]


@pytest.mark.parametrize(("many", "shown", "more"), [(0, 0, None), (1, 1, None), (2, 2, None), (3, 2, UUID(int=2))])
def test_only_a_page_that_something_follows_promises_a_next_one(many: int, shown: int, more: UUID | None) -> None:
    assert paging.cut(LINES[:many], 2) == (LINES[:shown], more)


def test_a_list_in_another_order_goes_on_by_its_own_cursor() -> None:
    assert paging.cut_by(LINES, 3, lambda last: last.id.int * 10) == (LINES[:3], 30)
