"""Headers of every answer, whoever makes it: a handler, a refusal, a redirect, a static file."""

from litestar.types import BeforeMessageSendHookHandler, Message, Scope

# Scripts and styles come from this hall alone and never stand inside a page; WebAssembly reads codes on the scan page.
_POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(self), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
# For a year, every address of the hall is asked for by HTTPS alone, whatever a link or a network says.
HTTPS_ONLY = {"Strict-Transport-Security": "max-age=31536000"}
_CACHE = b"cache-control"


def protecting(*, https: bool) -> BeforeMessageSendHookHandler:
    """For `before_send`, the one place that every answer passes; `https`: the hall is reached by that alone."""
    wanted = HEADERS | HTTPS_ONLY if https else HEADERS
    added = [(name.lower().encode(), value.encode()) for name, value in wanted.items()]

    async def protect(message: Message, scope: Scope) -> None:
        """What the API tells one person no cache may keep."""
        if message["type"] == "http.response.start":
            headers = [*message["headers"], *added]
            if scope["path"].startswith("/api/v1/") and not any(name.lower() == _CACHE for name, _ in headers):
                headers.append((_CACHE, b"no-store"))
            message["headers"] = headers

    return protect
