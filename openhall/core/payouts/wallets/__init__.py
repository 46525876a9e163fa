"""Money of a wallet on its way to its owner's own bank account.

Invariants: it goes to the account that its owner named with a fresh proof, and to no other; it counts towards the
owner's limits of a day and a month like all that leaves the wallet; of a frozen account nothing goes.
"""

from openhall.core.payouts.wallets.actions import source_of, withdraw

__all__ = ["source_of", "withdraw"]
