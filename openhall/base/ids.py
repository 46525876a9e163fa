"""Time-ordered ids (UUID version 7, RFC 9562), made in the process so that they work on any PostgreSQL."""

import secrets
import threading
from uuid import UUID

from openhall.base import clock


class _Stamps:
    """The last time stamp given out by this process."""

    lock = threading.Lock()
    last = 0


def new() -> UUID:
    """A new id; ids made in one process rise strictly, even within a millisecond or when the clock steps back."""
    milliseconds = int(clock.now().timestamp() * 1000)
    # 48 bits of time, then a 12-bit and a 62-bit field. The upper 12 bits serve as a counter within the millisecond.
    with _Stamps.lock:
        stamp = _Stamps.last = max(_Stamps.last + 1, milliseconds << 12)
    value = (stamp >> 12) << 80 | 0x7 << 76 | (stamp & 0xFFF) << 64 | 0b10 << 62 | secrets.randbits(62)
    return UUID(int=value)
