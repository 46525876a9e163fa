"""Pages of a list. One more than a page shows is asked for, so that the last page knows that it is the last."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar
from uuid import UUID


class Identified(Protocol):
    """What is listed in the order of its ids."""

    @property
    def id(self) -> UUID: ...


T = TypeVar("T")
C = TypeVar("C")
L = TypeVar("L", bound=Identified)


def cut(found: Sequence[L], size: int) -> tuple[list[L], UUID | None]:
    """Of what was found with a limit of `size + 1`: the page, and the id that asks for the next; None on the last."""
    return cut_by(found, size, lambda last: last.id)


def cut_by(found: Sequence[T], size: int, cursor: Callable[[T], C]) -> tuple[list[T], C | None]:
    """The same for lists in another order: `cursor` of the last on a page asks for what follows it."""
    page = list(found[:size])
    return page, cursor(page[-1]) if len(found) > size else None
