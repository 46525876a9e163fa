"""What was measured, beside the yardstick around it, and the table of it."""

from msgspec import Struct
from rich.console import Console
from rich.table import Table

from openhall.bench.clients import Load
from openhall.bench.yardstick import Yardstick

P99_MS = 250.0


class Figure(Struct, frozen=True):
    """One measured thing: its own rate, the yardstick around it, and the slowest of a hundred where that was asked.

    Without a target it is only told. `p99_most`: what the slowest of a hundred may take, in milliseconds.
    """

    name: str
    rate: float
    yardstick: float
    target: float | None
    p99: float | None = None
    p99_most: float = P99_MS

    @property
    def ratio(self) -> float:
        return self.rate / self.yardstick

    @property
    def met(self) -> bool:
        return self.ratio >= (self.target or 0) and (self.p99 is None or self.p99 < self.p99_most)


def accepted(load: Load) -> tuple[float, float]:
    """Rate and p99 of a load of which nothing was refused."""
    if load.refused:
        raise RuntimeError(f"{load.refused} requests of the benchmark were refused")
    return load.per_second, load.p99


def show(console: Console, title: str, figures: list[Figure], yardstick: Yardstick) -> None:
    """The table, with the yardstick below it."""
    caption = (
        f"yardstick: pgbench TPC-B, scale {yardstick.scale}, {yardstick.clients} clients, prepared, durable commits"
    )
    table = Table(title=title, caption=caption)
    for heading in ("figure", "a second", "pgbench tps", "ratio", "target", "p99", "at most", "met"):
        table.add_column(heading, justify="left" if heading == "figure" else "right")
    for figure in figures:
        p99, most = ("", "") if figure.p99 is None else (f"{figure.p99:.0f} ms", f"{figure.p99_most:.0f} ms")
        judged = figure.target is not None or figure.p99 is not None
        target = "" if figure.target is None else f"{figure.target:.1f}"
        met = ("yes" if figure.met else "no") if judged else ""
        rate, around = f"{figure.rate:,.0f}", f"{figure.yardstick:,.0f}"
        table.add_row(figure.name, rate, around, f"{figure.ratio:.2f}", target, p99, most, met)
    console.print(table)
