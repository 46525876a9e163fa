"""Cookies that only this very address can have set, wherever the hall is reached by HTTPS.

A neighbour under the same domain (shop.city.example beside hall.city.example), or whoever sits in a network without
HTTPS, can set cookies for the whole domain, and so sign somebody in to an account of theirs. A browser takes a name
that begins with __Host- only over HTTPS, from the address itself, for all of its paths. The hall's own code knows the
plain names; here, around everything, they get the prefix on the way out and lose it on the way in.
"""

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

PREFIX = b"__Host-"
# Those that matter. What a page looks like (lang, theme, mode) may be set by whomever.
_OURS = b"openhall_"


def host_only(app: ASGIApp) -> ASGIApp:
    """`app`, with its cookies bound to this address. Only for a hall behind HTTPS."""

    async def bound(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_bound(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    (name, _outgoing(value) if name.lower() == b"set-cookie" else value)
                    for name, value in message["headers"]
                ]
            await send(message)

        if scope["type"] == ScopeType.HTTP:
            scope["headers"] = [
                (name, _incoming(value) if name == b"cookie" else value) for name, value in scope["headers"]
            ]
        await app(scope, receive, send_bound)

    return bound


def _incoming(cookies: bytes) -> bytes:
    """Without the prefix; one of ours that comes without it was set by somebody else, and is not there."""
    pairs = (pair.strip() for pair in cookies.split(b";"))
    return b"; ".join(pair.removeprefix(PREFIX) for pair in pairs if not pair.startswith(_OURS))


def _outgoing(cookie: bytes) -> bytes:
    if not cookie.startswith(_OURS):
        return cookie
    # A cookie that is taken back says no more than its name; without Secure the browser would not listen.
    is_secure = b"secure" in (part.strip().lower() for part in cookie.split(b";"))
    return PREFIX + cookie + (b"" if is_secure else b"; Secure")
