"""The clock of the hall. Everything that needs the time asks here, so that a test can set it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

_fixed: datetime | None = None


def now() -> datetime:
    """The present instant, in UTC."""
    return _fixed or datetime.now(UTC)


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """For tests: the clock stands still at `instant` (which must carry a zone) inside the block, in the whole process."""
    global _fixed
    if instant.tzinfo is None:
        raise ValueError("the clock needs an instant with a time zone")
    before, _fixed = _fixed, instant.astimezone(UTC)
    try:
        yield
    finally:
        _fixed = before
