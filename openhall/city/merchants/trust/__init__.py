"""Trust: whether a printed code is the shop's own, how a shop replaces one, and who is told of it.

- Whoever looks at a code is told what the registry says, never what the code says.
- A replaced printing takes no payment from the moment of its replacement; the others of the hall are not touched.
- The owner is told of every change of a shop's name or code, and when a market takes it out: by text message, and on
  the shop's stream.
"""

from openhall.city.merchants.trust.actions import look_up, printings, rename, replace_code
from openhall.city.merchants.trust.types import Printing, Sheet

__all__ = ["Printing", "Sheet", "look_up", "printings", "rename", "replace_code"]
