"""The code of one order: what a shop shows to one payer, who pays exactly its amount, once, before it expires.

Payload (EMVCo merchant-presented, dynamic):

    00 "01" · 01 "12" · 26 {00 "org.openhall", 01 hall id, 03 expiry "YYYYMMDDHHMMSS" in UTC} · 52 category · 53 "156" ·
    54 amount · 58 "CN" · 59 name · 60 city · 62 {05 order code} · 64 as in the code of a shop · 63 checksum

The order code stands where the format has its reference label, so that any reader can show it. As with a shop's code,
only the two ids are believed: the amount, the expiry and the name come from the registry, and what the payload says of
them is there for readers of other networks.
"""

from datetime import UTC, datetime

from msgspec import Struct

from openhall.base import money
from openhall.core.payments.codes import mpm, shop, tlv

# The format has room for thirteen characters.
MOST = 999_999_999_999
_EXPIRY = "%Y%m%d%H%M%S"


class OrderCode(Struct, frozen=True):
    """What identifies the code of an order: the hall that registered it, and the id of that code."""

    hall: str
    code: str


def generate(*, hall: str, code: str, place: shop.Place, amount: int, currency: str, expires_at: datetime) -> str:
    """The payload of an order's code; `amount` in minor units. ValueError for what the format does not allow."""
    account = (
        tlv.field("00", shop.GUID)
        + tlv.field("01", hall)
        + tlv.field("03", expires_at.astimezone(UTC).strftime(_EXPIRY))
    )
    if not 1 <= amount <= MOST:
        raise ValueError(f"an order's code holds 1 to {MOST} minor units, not {amount}")
    text = money.plain(amount, currency)
    return shop.payload(kind="12", account=account, place=place, amount=text, extra=tlv.field("05", code))


def recognise(code: mpm.Mpm) -> OrderCode | None:
    """The ids in the payload of an order of some openhall, None when it is anything else."""
    hall, order = code.value(shop.TEMPLATE, "01"), code.value("62", "05")
    if not code.dynamic or (code.value(shop.TEMPLATE, "00") or "").lower() != shop.GUID:
        return None
    return OrderCode(hall, order) if shop.is_id(hall) and shop.is_id(order) else None
