"""`openhall serve`."""

import socket
import sys
from typing import Annotated

from cyclopts import App, Parameter
from cyclopts.types import Port
from cyclopts.validators import Number

app = App(
    name="serve",
    help_epilogue="Examples:\n\n"
    "    OPENHALL_DATABASE_URL=postgresql://hall@db/hall OPENHALL_SECRET=... openhall serve --workers 4\n\n"
    "    OPENHALL_CONFIG=/etc/openhall.toml openhall serve --host 0.0.0.0 --port 80",
)

# Seconds in which open requests may finish when the server is asked to stop. Live streams never finish by themselves.
GRACE_S = 3


@app.default
def run(
    *,
    host: str = "127.0.0.1",
    port: Port = 8000,
    workers: Annotated[int, Parameter(validator=Number(gte=1, lte=64))] = 1,
    with_parent: bool = False,
) -> int:
    """Serve the pages and the API.

    Run `openhall migrate` first, and `openhall work` beside it. Put a proxy in front that speaks HTTPS.

    Parameters
    ----------
    host
        Address to listen on; 0.0.0.0 is every address of this machine.
    port
        Port to listen on.
    workers
        Processes that share the port; about one for each processor core.
    with_parent
        Stop when standard input closes, that is when the program that started this one ends.
    """
    if problem := _refusal(host, port):
        print(f"openhall: cannot listen on {host}:{port}: {problem}", file=sys.stderr)
        return 1
    import uvicorn

    from openhall.cli.process import follow_parent, migrated_settings

    settings = migrated_settings()
    if with_parent:
        follow_parent()
    uvicorn.run(
        "openhall.web.asgi:create",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        # Believed from this machine only, or from the addresses in FORWARDED_ALLOW_IPS.
        proxy_headers=settings.trusted_proxy,
        timeout_graceful_shutdown=GRACE_S,
        # A worker that starts on a busy machine answers late; it is not dead.
        timeout_worker_healthcheck=30,
    )
    return 0


def _refusal(host: str, port: int) -> str | None:
    """Why the address cannot be listened on; asked before anything else, for the answer should come at once."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as refused:
        return refused.strerror
    return None
