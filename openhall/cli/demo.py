"""`openhall demo`."""

from pathlib import Path

from cyclopts import App
from cyclopts.types import Port

app = App(
    name="demo",
    help_epilogue="Examples:\n\n"
    "    openhall demo\n\n"
    "    openhall demo --port 9000 --data /tmp/city\n\n"
    "    openhall demo --reset    start afresh\n\n"
    "    openhall demo market     a wholesale market with a past, while the city runs",
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


@app.command
def market(*, data: Path = Path("data"), shops: int = 1600, days: int = 90) -> int:
    """Give the running demo city a wholesale market with a past: shops, payments and day closes, always the same.

    Takes about a minute; the city goes on meanwhile. Stopped half way, it has changed nothing.

    Parameters
    ----------
    data
        Folder of the running city.
    shops
        How many shops the market has, at most 2600.
    days
        How many days they have traded, at most 365.
    """
    from openhall.demo.market_run import main

    return main(data=data, shops=shops, days=days)
