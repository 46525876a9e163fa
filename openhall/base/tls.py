"""The certificates by which partners outside are known."""

import ssl
from functools import cache


@cache
def context() -> ssl.SSLContext:
    """The machine's own trusted certificates. Loaded once for each process: that costs more than most calls do."""
    return ssl.create_default_context()
