"""Closing: how a resident leaves the hall for good, and how two operators take that back in time.

Invariants, kept by the database and proved by `openhall check`:
- an account closes only when its wallet is empty and nothing is under way that could bring money back to it;
- nothing is ever posted to a closed wallet; what comes for it all the same goes to the hall's account of unclaimed
  money, with a row that operators see;
- of a closed account nothing works any more: no session, no passkey, no PIN, no code, no key;
- it is taken back by two operators or not at all, and only before its number is free for others;
- when the law no longer asks for them, name, number, address and national id are erased; the ledger stays.
"""

from openhall.core.closing.actions.unclaimed import bring

__all__ = ["bring"]
