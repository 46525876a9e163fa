"""Rules of pay codes that need no database: what the hall's secret yields, limits, when the payer must confirm.

Nothing that opens a wallet is stored. Of an online code the database knows only a keyed hash, and a device's secret is
derived from the hall's own whenever it is needed. So a copy of the database alone pays nothing.
"""

import hmac
import secrets
from datetime import timedelta
from uuid import UUID

from openhall.base.config import Settings
from openhall.base.limits import Limit
from openhall.core.payments.codes import pay
from openhall.core.payments.paycodes.permutation import Permutation
from openhall.core.payments.safety.rules import code_max
from openhall.core.payments.safety.types import OwnLimits

# An online code lives this long. Its page asks for the next one a little earlier.
LIFE = timedelta(seconds=60)
# So many unused codes of one resident live at a time: a slow scanner may still hold the one before last.
MOST_LIVE = 3
# Devices of one resident that may pay offline.
MOST_DEVICES = 3
DEVICE_NAME_MAX = 40
# Wrong codes of one shop are counted in a window of this length.
GUESS_WINDOW = timedelta(minutes=10)
# A charge waits this long for its payer.
CONFIRM_WITHIN = timedelta(minutes=3)


def issuing_limit(settings: Settings) -> Limit:
    """How often one resident may ask for a new online code."""
    return Limit("payments.pay_code", settings.pay_codes_per_resident, timedelta(minutes=10))


def new_digits() -> str:
    """Eighteen digits of a new online code; sixteen of them are random."""
    return pay.ONLINE + f"{secrets.randbelow(10**pay.BODY):0{pay.BODY}d}"


def code_hash(secret: str, digits: str) -> bytes:
    """What is stored of an online code."""
    return _derived(secret, "pay_code", digits)


def use_hash(secret: str, device: UUID, step: int) -> bytes:
    """The same for an offline code: its device and its step, which are what must not come twice."""
    return _derived(secret, "pay_device_step", f"{device}/{step}")


def device_secret(secret: str, device: UUID) -> bytes:
    """The 32 bytes that a device makes its codes from."""
    return _derived(secret, "pay_device", str(device))


def device_permutation(secret: str) -> Permutation:
    """Between a device's running number and the eight digits that name it in its codes."""
    return Permutation(_derived(secret, "pay_device_number", ""))


def offline_parts(permutation: Permutation, digits: str) -> tuple[int, str]:
    """The device's running number and the one-time half of an offline code."""
    named, once = digits[-pay.BODY : -pay.HALF], digits[-pay.HALF :]
    return permutation.reveal(int(named)), once


def online_needs_confirming(settings: Settings, amount: int, own: OwnLimits) -> bool:
    """Whether the payer must say yes on the phone before this much is paid by an online code."""
    return amount > code_max(settings.pay_code_max, own)


def above_offline_cap(settings: Settings, amount: int, spent_today: int, own: OwnLimits) -> bool:
    """Whether this is more than an offline code pays, for which nobody had to unlock anything and nobody can be
    asked."""
    most = code_max(settings.offline_code_max, own)
    return amount > most or spent_today + amount > settings.offline_code_day_max


def _derived(secret: str, purpose: str, text: str) -> bytes:
    return hmac.digest(secret.encode(), f"payments.{purpose}\0{text}".encode(), "sha256")
