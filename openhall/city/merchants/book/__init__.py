"""The book of a shop: every payment and refund, by day, hour and hand; and the day close, whose numbers never change.

- A closing is made once, of a business date that is sealed: nothing can come to that date any more.
- The closings of a shop are numbered 1, 2, 3 in the order of their dates.
- What is closed is read from the closings; the days after the last one are read live from the payments.
"""

from openhall.city.merchants.book.closing import close_days, close_shop_day
from openhall.city.merchants.book.reading import (
    book_of,
    closed_by_date,
    closed_by_hour,
    closed_by_shop,
    closings_of,
    entries_of,
)
from openhall.city.merchants.book.types import Book, Closing, DateSums, HourSums, Line, ShopSums, Sums

__all__ = [
    "Book", "Closing", "DateSums", "HourSums", "Line", "ShopSums", "Sums", "book_of", "close_days", "close_shop_day",
    "closed_by_date", "closed_by_hour", "closed_by_shop", "closings_of", "entries_of",
]  # fmt: skip
