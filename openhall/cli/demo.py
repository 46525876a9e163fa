"""`openhall demo`."""

from pathlib import Path

from cyclopts import App
from cyclopts.types import Port

app = App(
    name="demo",
    help_epilogue="Examples:\n\n"
    "    openhall demo\n\n"
    "    openhall demo --port 9000 --data /tmp/city\n\n"
    "    openhall demo --reset    start afresh",
)


@app.default
def run(*, port: Port = 8000, data: Path = Path("data"), reset: bool = False) -> int:
    """Run a whole city on this machine: PostgreSQL, a bank, an SMS gateway, the hall and its background work.

    Ctrl-C stops everything; the data stays. Never for a real city: its codes and money are for playing.

    Parameters
    ----------
    port
        Port of the pages and the API, on every address of this machine, so that a phone in the same network can come.
    data
        Folder in which the city is kept.
    reset
        Forget the city of that folder and start afresh.
    """
    from openhall.demo.run import main

    return main(port=port, data=data, reset=reset)
