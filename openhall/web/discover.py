"""Which packages the hall is made of: core in its order, every folder of `openhall/city`, and what else is installed.

Adding a city service is adding one folder with a `package.py`; an outside distribution does the same through the
entry point group `openhall.packages`.
"""

import pkgutil
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points

import openhall.city
from openhall.base.package import Package

# Later ones may rely on the tables of earlier ones.
CORE = (
    "ledger", "people", "closing", "webhooks", "messages", "consent", "families", "payments", "rails",
    "cards", "payouts",
)  # fmt: skip


@cache
def packages(*, demo: bool) -> tuple[Package, ...]:
    """The descriptors, floor by floor; those of the demo city only when `demo`."""
    modules = [f"openhall.core.{name}.package" for name in CORE]
    modules += [f"openhall.city.{found.name}.package" for found in pkgutil.iter_modules(openhall.city.__path__)]
    if demo:
        modules.append("openhall.demo.package")
    ours = [import_module(module).PACKAGE for module in modules]
    theirs = [point.load() for point in sorted(entry_points(group="openhall.packages"), key=lambda point: point.name)]
    _unique(ours + theirs)
    return (*ours, *theirs)


def _unique(found: Sequence[Package]) -> None:
    names = [package.name for package in found]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"two packages have the name {', '.join(sorted(twice))}")


def modules(*, demo: bool) -> list[str]:
    """The dotted names under which the packages keep their migrations, templates and catalogues."""
    return [package.module for package in packages(demo=demo)]
