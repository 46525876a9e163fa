"""Books: what payees took and gave back, read by them; and the sealing of business dates, on which closings stand.

- A sealed business date never gets another payment or refund: the database refuses one, whatever the clocks say.
- Reading costs what one payee took in the dates that are asked for, however many other payees there are.
"""

from openhall.core.payments.books.reading import by_receipt, by_reference, entries
from openhall.core.payments.books.sealing import SEAL_AFTER, last_ended, seal
from openhall.core.payments.books.types import END, Cursor, Entry, Filter, Kind

__all__ = [
    "END", "SEAL_AFTER", "Cursor", "Entry", "Filter", "Kind", "by_receipt", "by_reference", "entries", "last_ended",
    "seal",
]  # fmt: skip
