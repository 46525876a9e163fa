"""Business dates: cut-offs, midnights, and the days on which clocks jump."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhall.base import clock, db
from openhall.core import ledger
from openhall.core.ledger import calendar
from openhall.core.ledger.calendar import Calendar
from tests.core.ledger.books import a_wallet, codes, move

ZONES = ["Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Cairo"]


def on(zone: str, cutoff: str, instant: str) -> str:
    """The business date of a local wall-clock time with its offset."""
    found = Calendar(ZoneInfo(zone), time.fromisoformat(cutoff)).business_date(datetime.fromisoformat(instant))
    return found.isoformat()


@pytest.mark.parametrize(
    ("zone", "cutoff", "instant", "expected"),
    [
        ("Asia/Shanghai", "00:00", "2026-11-20T23:59:59.999999+08:00", "2026-11-20"),
        ("Asia/Shanghai", "00:00", "2026-11-21T00:00:00+08:00", "2026-11-21"),
        ("Asia/Shanghai", "00:00", "2026-11-20T16:00:00+00:00", "2026-11-21"),
        ("Asia/Shanghai", "04:00", "2026-11-21T03:59:59.999+08:00", "2026-11-20"),
        ("Asia/Shanghai", "04:00", "2026-11-21T04:00:00+08:00", "2026-11-21"),
        ("Asia/Shanghai", "23:00", "2026-11-20T22:59:59.999+08:00", "2026-11-19"),
        ("Asia/Shanghai", "23:00", "2026-11-20T23:00:00+08:00", "2026-11-20"),
        # Clocks jump from 02:00 to 03:00 on 29 March: a cut-off of 02:30 means the instant of the jump or after.
        ("Europe/Berlin", "00:00", "2026-03-28T23:59:59.999+01:00", "2026-03-28"),
        ("Europe/Berlin", "00:00", "2026-03-29T23:59:59.999+02:00", "2026-03-29"),
        ("Europe/Berlin", "02:30", "2026-03-29T01:59:59.999+01:00", "2026-03-28"),
        ("Europe/Berlin", "02:30", "2026-03-29T03:30:00+02:00", "2026-03-29"),
        # Clocks fall from 03:00 to 02:00 on 25 October: 02:30 comes twice, and the first one counts.
        ("Europe/Berlin", "02:30", "2026-10-25T02:29:59.999+02:00", "2026-10-24"),
        ("Europe/Berlin", "02:30", "2026-10-25T02:30:00+02:00", "2026-10-25"),
        ("Europe/Berlin", "02:30", "2026-10-25T02:00:00+01:00", "2026-10-25"),
        # Clocks fell from 00:01 to 23:01 of the day before: that minute had already been tomorrow.
        ("America/St_Johns", "00:00", "2010-11-06T23:59:59-02:30", "2010-11-06"),
        ("America/St_Johns", "00:00", "2010-11-07T00:00:30-02:30", "2010-11-07"),
        ("America/St_Johns", "00:00", "2010-11-06T23:30:00-03:30", "2010-11-07"),
        # Clocks jump from 00:00 to 01:00: the day begins with the jump.
        ("Africa/Cairo", "00:00", "2026-04-23T23:59:59+02:00", "2026-04-23"),
        ("Africa/Cairo", "00:00", "2026-04-24T01:00:00+03:00", "2026-04-24"),
    ],
)
def test_an_instant_has_one_business_date(zone: str, cutoff: str, instant: str, expected: str) -> None:
    assert on(zone, cutoff, instant) == expected


@given(
    zone=st.sampled_from(ZONES),
    cutoff=st.sampled_from([time(0), time(0, 30), time(2, 30), time(4), time(23)]),
    days=st.timedeltas(timedelta(0), timedelta(days=9000)),
    later=st.timedeltas(timedelta(0), timedelta(days=2)),
)
def test_business_dates_never_run_backwards(zone: str, cutoff: time, days: timedelta, later: timedelta) -> None:
    at = datetime(2006, 1, 2, tzinfo=UTC) + days
    calendar_of_zone = Calendar(ZoneInfo(zone), cutoff)
    found = calendar_of_zone.business_date(at)
    assert calendar_of_zone.begins(found) <= at
    assert found <= calendar_of_zone.business_date(at + later)


@pytest.fixture
def berlin() -> Iterator[None]:
    calendar.use("Europe/Berlin", "04:00")
    yield
    calendar.use("Asia/Shanghai")


@pytest.mark.anyio
async def test_the_business_date_is_that_of_the_instant_of_posting(conn: db.Conn, berlin: None) -> None:
    payer, payee = await a_wallet(conn, 10), await a_wallet(conn)
    for instant in ("2026-10-25T03:59:59.999+01:00", "2026-10-25T04:00:00+01:00"):
        with clock.at(datetime.fromisoformat(instant)):
            await codes(conn, move(payer, payee, 1))
            assert ledger.business_date(clock.now()) is not None
    entries = (await ledger.statement(conn, payee)).entries
    assert [entry.business_date for entry in entries] == [date(2026, 10, 25), date(2026, 10, 24)]
    recorded = [await ledger.transfer(conn, entry.transfer) for entry in entries]
    assert [found.business_date for found in recorded if found] == [entry.business_date for entry in entries]
