"""Time-ordered ids (UUID version 7, RFC 9562), made in the process so that they work on any PostgreSQL."""

import os
import re
import struct
import threading
from typing import ClassVar
from uuid import UUID

from openhall.base import clock

# Random numbers of 64 bits are asked of the system so many at a time: one by one they cost more than all the rest.
_ASKED = struct.Struct("=128Q")


class _Made:
    """What this process has given out: the last time stamp, and the random numbers that are left to be used once."""

    lock = threading.Lock()
    last = 0
    random: ClassVar[list[int]] = []

    @classmethod
    def forget(cls) -> None:
        """A forked process would use the same numbers again."""
        cls.lock = threading.Lock()
        cls.random = []


os.register_at_fork(after_in_child=_Made.forget)

_GENERATED = re.compile(r"[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", re.IGNORECASE)


def new() -> UUID:
    """A new id; ids made in one process rise strictly, even within a millisecond or when the clock steps back."""
    milliseconds = int(clock.now().timestamp() * 1000)
    # 48 bits of time, then a 12-bit and a 62-bit field. The upper 12 bits serve as a counter within the millisecond.
    with _Made.lock:
        stamp = _Made.last = max(_Made.last + 1, milliseconds << 12)
        if not _Made.random:
            _Made.random = list(_ASKED.unpack(os.urandom(_ASKED.size)))
        random = _Made.random.pop() >> 2
    return UUID(int=(stamp >> 12) << 80 | 0x7 << 76 | (stamp & 0xFFF) << 64 | 0b10 << 62 | random)


def said(reference: str | None) -> str | None:
    """A reference as people are shown it: an id that a program made up says nothing to them, and is left out."""
    return None if reference is None or _GENERATED.fullmatch(reference) else reference
