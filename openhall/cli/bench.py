"""`openhall bench`."""

from cyclopts import App

app = App(
    name="bench",
    help_epilogue="Examples:\n\n"
    "    openhall bench\n\n"
    "    openhall bench --seconds 5 --rounds 1    a quick look\n\n"
    "    openhall bench charges",
)


@app.default
def run(*, seconds: int = 15, payers: int = 64, scale: int = 64, rounds: int = 1) -> int:
    """Measure how fast this hall is, as ratios to pgbench on the same server in the same run.

    Starts a PostgreSQL of its own and leaves nothing behind. docs/performance.md explains the figures.

    Parameters
    ----------
    seconds
        Length of each measurement.
    payers
        Clients that pay at the same time.
    scale
        Scale of pgbench's tables.
    rounds
        How often everything is measured.
    """
    from openhall import bench

    return bench.main(seconds=seconds, payers=payers, scale=scale, rounds=rounds)


@app.command
def charges(*, seconds: int = 15, counters: int = 64, scale: int = 64, rounds: int = 1) -> int:
    """Measure how fast counters charge pay codes, also at the day's end, as ratios to pgbench.

    Parameters
    ----------
    seconds
        Length of each measurement, at most 30: pay codes live for a minute.
    counters
        Scanners that charge at the same time.
    scale
        Scale of pgbench's tables.
    rounds
        How often everything is measured.
    """
    from openhall.bench import charges as of_charges

    return of_charges.main(seconds=seconds, counters=counters, scale=scale, rounds=rounds)
