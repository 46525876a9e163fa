"""The words of text messages, which are written where no page is."""

from functools import cache

from openhall.base.i18n import Translations


@cache
def words() -> Translations:
    """This package's own catalogue."""
    return Translations(["openhall.core.payouts"])
