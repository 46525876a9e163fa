"""Money for somebody for whom one acts: from one's own wallet into theirs, without a number, and at once.

It is a transfer between persons in every other respect: with its limits and its proof, seen by both in their wallets.
It cannot be taken back, for who gives it may act for who has it.
"""

from openhall.core.payments.giving.actions import give

__all__ = ["give"]
