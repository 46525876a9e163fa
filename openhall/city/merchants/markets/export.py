"""A market's figures as a table for spreadsheets: one line for each closed business date and shop with trade."""

import csv
import io
from collections.abc import Sequence

from openhall.base import money
from openhall.city.merchants.book.export import MARK, harmless
from openhall.city.merchants.markets.types import TableLine

# Programs read these names: a new column goes to the end, and none is ever renamed.
COLUMNS = (
    "business_date", "shop", "short_code", "category", "payments", "received", "refunds", "given_back", "currency",
)  # fmt: skip


def header() -> str:
    """The mark, and the names of the columns."""
    return MARK + _line(COLUMNS)


def lines(shops: Sequence[TableLine], currency: str) -> str:
    """One line for each shop. Amounts are decimals in major units; categories are MCC."""
    return "".join(
        _line(
            (
                shop.business_date.isoformat(),
                shop.name,
                shop.short_code,
                shop.category,
                str(shop.count),
                money.plain(shop.total, currency),
                str(shop.refund_count),
                money.plain(shop.refund_total, currency),
                currency,
            )
        )
        for shop in shops
    )


def _line(cells: Sequence[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow([harmless(cell) for cell in cells])
    return written.getvalue()
