"""Who looked at whose data: written when it is shown, in the same transaction, and shown to the person it is about.

What always holds:
- whoever is shown a person's data on an operator's page, a payment as its shop, or a name behind a number, is written
  down, or is shown nothing;
- nobody is written down for looking at what is their own;
- what was written never changes.
"""

from openhall.core.people.accesses.actions import AGAIN, accesses_of, operator, saw
from openhall.core.people.accesses.types import Access, Capacity, Looker

__all__ = ["AGAIN", "Access", "Capacity", "Looker", "accesses_of", "operator", "saw"]
