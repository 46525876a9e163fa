"""Where a server process finds the application: `uvicorn --factory openhall.web.asgi:create`."""

from litestar import Litestar

from openhall.base import config
from openhall.web.app import create_app


def create() -> Litestar:
    """The hall with the settings of the environment."""
    return create_app(config.load())
