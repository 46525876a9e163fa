"""Where webhooks may go: addresses of the public internet, and nothing that only this hall's own network can reach.

A name says nothing: what it leads to is checked when it is resolved, and the call goes to the very address that was
checked. A second answer of the name service is never asked for, so none can be slipped in.
"""

import ipaddress
import re
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import urlsplit

from msgspec import Struct

from openhall.core.webhooks import problems

Address = IPv4Address | IPv6Address

URL_LENGTH = 500
_VISIBLE = re.compile(r"https?://[!-~]+", re.IGNORECASE)
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
# Names that only a network's own machines know.
_INNER = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "private", "test", "invalid")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_IPV6_UNICAST = ipaddress.ip_network("2000::/3")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_6TO4 = ipaddress.ip_network("2002::/16")
_TEREDO = ipaddress.ip_network("2001::/32")
# Public by their numbers, special by their use: the relays of 6to4, and the inner door of a large cloud.
_SPECIAL = (ipaddress.ip_network("192.88.99.0/24"), ipaddress.ip_network("168.63.129.16/32"))
_PORTS = {"https": 443, "http": 80}


class Target(Struct, frozen=True):
    """A checked URL, in the parts that a call needs. `loopback`: it may go to this machine, and nowhere else."""

    scheme: str
    host: str
    port: int
    path: str
    loopback: bool

    @property
    def authority(self) -> str:
        """The Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    def at(self, address: Address) -> str:
        """The URL with the name replaced by one of its addresses."""
        host = f"[{address}]" if address.version == 6 else str(address)
        return f"{self.scheme}://{host}:{self.port}{self.path}"


def target(url: str, *, loopback: bool) -> Target:
    """The parts of a URL that may be told, as far as the text itself shows. `loopback` allows this machine.

    Refusals, in this order: `webhooks.url_invalid`, `webhooks.url_not_https`, `webhooks.url_not_public`.
    """
    if len(url) > URL_LENGTH or not _VISIBLE.fullmatch(url) or "\\" in url or "#" in url:
        raise problems.url_invalid()
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise problems.url_invalid() from None
    if "@" in parts.netloc or not host or port == 0 or "%" in host:
        raise problems.url_invalid()
    address = _literal(host, bracketed=parts.netloc.startswith("["))
    is_own = host == "localhost" or (address is not None and address.is_loopback)
    if parts.scheme != "https" and not (loopback and is_own):
        raise problems.url_not_https()
    if not (loopback and is_own) and not (_is_public_name(host) if address is None else is_public(address)):
        raise problems.url_not_public()
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port or _PORTS[parts.scheme], path, loopback and is_own)


def is_allowed(target: Target, address: Address) -> bool:
    """Whether the call may go to this address of the target's name."""
    return address.is_loopback if target.loopback else is_public(address)


def is_public(address: Address) -> bool:
    """Whether everybody on the internet may be at this address. One that holds an IPv4 address is as good as that."""
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_multicast and not any(address in net for net in _SPECIAL)
    if address.ipv4_mapped is not None:
        return is_public(address.ipv4_mapped)
    if address in _NAT64:
        return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
    if address in _6TO4:
        return is_public(IPv4Address(int(address) >> 80 & 0xFFFFFFFF))
    return address in _IPV6_UNICAST and address.is_global and address not in _TEREDO


def _literal(host: str, *, bracketed: bool) -> Address | None:
    """The address that the text itself is; None for a name. Old ways to write numbers (0x7f.1) are refused."""
    try:
        return ipaddress.IPv6Address(host) if bracketed else ipaddress.IPv4Address(host)
    except ValueError:
        if bracketed or _NUMBER.fullmatch(host.rpartition(".")[2]):
            raise problems.url_invalid() from None
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise problems.url_invalid()
    return None


def _is_public_name(host: str) -> bool:
    labels = host.split(".")
    return len(labels) > 1 and labels[-1] not in _INNER and not host.endswith(".home.arpa")
