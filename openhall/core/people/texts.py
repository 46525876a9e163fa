"""The words of text messages, which are written where no page is."""

from functools import cache

from openhall.base.i18n import N_, Translations

# A device as its resident knows it.
BROWSER_ON_SYSTEM = N_("{browser} on {system}")


@cache
def words() -> Translations:
    """This package's own catalogue."""
    return Translations(["openhall.core.people"])
