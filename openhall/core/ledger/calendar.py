"""The business date of an instant: which day's books a transfer belongs to."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct


class Calendar(Struct, frozen=True):
    """Business days run from one `cutoff`, a local time of `zone`, to the next: from 04:00 on, the night belongs to the
    day before."""

    zone: ZoneInfo
    cutoff: time = time(0)

    def begins(self, day: date) -> datetime:
        """The instant, in UTC, at which a business day begins.

        A cut-off that the clocks skip means the instant of the jump; one that they repeat means its first time.
        """
        local = datetime.combine(day, self.cutoff, tzinfo=self.zone)
        return local.astimezone(UTC)

    def business_date(self, at: datetime) -> date:
        """The business day that contains the instant `at`."""
        day = at.astimezone(self.zone).date() + timedelta(days=1)
        # Compared as instants, not as wall-clock times, which run backwards once a year.
        while at < self.begins(day):
            day -= timedelta(days=1)
        return day


_calendar = Calendar(ZoneInfo("Asia/Shanghai"))


def use(zone: str, cutoff: str = "00:00") -> None:
    """Set the hall's calendar for this process: an IANA zone and a local time HH:MM. Called once, at start."""
    global _calendar  # noqa: PLW0603  one hall, one calendar
    _calendar = Calendar(ZoneInfo(zone), time.fromisoformat(cutoff))


def local(at: datetime) -> datetime:
    """An instant as the clocks of the hall's zone show it."""
    return at.astimezone(_calendar.zone)


def business_date(at: datetime) -> date:
    """The business date of an instant in the hall's calendar."""
    return _calendar.business_date(at)


def begins(day: date) -> datetime:
    """The instant, in UTC, at which a business day begins in the hall's calendar."""
    return _calendar.begins(day)


def zone() -> ZoneInfo:
    """The zone in which the hall counts its days and hours."""
    return _calendar.zone
