"""Orders of a shop: an amount, shown as a code to one payer, who cannot change it and pays it once.

- What is paid is what the shop asked for: the amount is the order's, never that of the code or of the payer.
- Under one reference a shop asks once; asking for the same again finds the first.
"""

from openhall.city.merchants.orders.actions import Wish, ask

__all__ = ["Wish", "ask"]
