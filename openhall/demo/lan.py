"""The address under which other devices of the local network reach this machine."""

import socket

# A documentation address (RFC 5737): nothing is sent, the system only says which of its own addresses it would use.
_ELSEWHERE = ("192.0.2.1", 9)


def address() -> str | None:
    """This machine's address in its network, or None when it has no network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_ELSEWHERE)
        except OSError:
            return None
        found = str(probe.getsockname()[0])
    return None if found.startswith("127.") else found
