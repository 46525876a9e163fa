"""`openhall work`."""

from typing import Annotated

from cyclopts import App, Parameter
from cyclopts.validators import Number

app = App(
    name="work",
    help_epilogue="Examples:\n\n"
    "    openhall work\n\n"
    "    OPENHALL_CONFIG=/etc/openhall.toml openhall work --concurrency 16",
)


@app.default
def run(
    *, concurrency: Annotated[int, Parameter(validator=Number(gte=1, lte=100))] = 8, with_parent: bool = False
) -> int:
    """Do the background work: calls to banks, messages, webhooks, expiry of holds, housekeeping, and hourly the checks.

    Run at least one beside `openhall serve`; more of them share the work.

    Parameters
    ----------
    concurrency
        Jobs done at the same time.
    with_parent
        Stop when standard input closes, that is when the program that started this one ends.
    """
    import uvloop

    from openhall.base import jobs, logs
    from openhall.cli.process import follow_parent, migrated_settings
    from openhall.core import ledger
    from openhall.web.discover import packages

    settings = migrated_settings()
    if with_parent:
        follow_parent()
    logs.setup(settings.log_level, settings.log_format)
    ledger.use_calendar(settings.zone, settings.cutoff)
    found = packages(demo=settings.demo)
    jobs.register(found)
    uvloop.run(jobs.work(settings, found, concurrency))
    return 0
