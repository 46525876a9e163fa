"""A merchant's money on its way to their bank: what each shop has, withdrawals, the bank account.

Invariants: only the owner of a shop sees and moves its money, never who works there; what a shop withdraws leaves its
own account and no other.
"""

from openhall.city.merchants.money.actions import Purse, purse_of, purses_of, withdraw

__all__ = ["Purse", "purse_of", "purses_of", "withdraw"]
