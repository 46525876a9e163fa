"""Payment codes as text and pictures. Pure: no database, no settings.

`read` takes whatever a camera or a person brought and says what it is. Invariants: every text has a defined result,
one of the four kinds below or a CodeError with its exact reason; reading keeps every character, so encoding what was
read gives the same text; what we generate, we read back.
"""

from functools import lru_cache
from typing import TypeAlias

from openhall.core.payments.codes import code128, mpm, order, pay, schemes, short
from openhall.core.payments.codes.order import OrderCode
from openhall.core.payments.codes.qr import fleeting_svg, png, svg
from openhall.core.payments.codes.reasons import CodeError, Reason
from openhall.core.payments.codes.schemes import Network
from openhall.core.payments.codes.shop import Place, ShopCode, generate, new_id, recognise

__all__ = [
    "CodeError", "Network", "OrderCode", "Place", "Read", "Reason", "ShopCode", "code128", "fleeting_svg", "generate",
    "new_id", "order", "pay", "png", "read", "short", "svg",
]  # fmt: skip

# A shop's or an order's code of some openhall, the nine digits of a typed short code, or a code of another network.
Read: TypeAlias = ShopCode | OrderCode | str | Network


def read(text: str) -> Read:
    """What a scanned or typed text is; CodeError when it is damaged or no payment code at all."""
    return _read(text.strip())


# A city's few printed codes are read over and over; a text that is refused is not remembered.
@lru_cache(maxsize=4096)
def _read(text: str) -> Read:
    if not text or len(text) > mpm.MAX_LENGTH:
        return _payload(text)
    network = schemes.of_text(text)
    if network is not None:
        return network
    # A payload that was cut off early may consist of digits only; no short code starts with its first characters.
    if short.digits_of(text) is not None and not text.startswith("0002"):
        return short.parse(text)
    return _payload(text)


def _payload(text: str) -> Read:
    code = mpm.parse(text)
    return order.recognise(code) or recognise(code) or schemes.of_payload(code)
