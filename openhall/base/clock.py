"""The clock of the hall. Everything that needs the time asks here, so that a test can set it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime


class _Source:
    """Where the time comes from: the system, unless a test has fixed it."""

    fixed: datetime | None = None


def now() -> datetime:
    """The present instant, in UTC."""
    return _Source.fixed or datetime.now(UTC)


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """For tests: inside the block the whole process sees `instant`, which must carry a zone."""
    if instant.tzinfo is None:
        raise ValueError("the clock needs an instant with a time zone")
    before, _Source.fixed = _Source.fixed, instant.astimezone(UTC)
    try:
        yield
    finally:
        _Source.fixed = before
