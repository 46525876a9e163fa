"""Where a server process finds the application: `uvicorn --factory openhall.web.asgi:create`."""

import gc

from litestar import Litestar

from openhall.base import config
from openhall.web.app import create_app


def create() -> Litestar:
    """The hall with the settings of the environment."""
    app = create_app(config.load())
    # What is there now stays as long as the process. Left out of every later collection, and collected for less often,
    # it costs a busy hall three per cent less.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    return app
