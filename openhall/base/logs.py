"""Structured logs without personal data: events have names and ids, never phones, names, codes, tokens or bodies."""

import logging
import re
import sys

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

# Keys that could carry personal data or a secret. They are dropped even if somebody logs them by mistake.
FORBIDDEN = frozenset(
    {
        "phone",
        "code",
        "token",
        "name",
        "body",
        "text",
        "authorization",
        "cookie",
        "secret",
        "payload",
        "password",
        "national_id",
    }
)
_ROWS = re.compile("^(DETAIL|CONTEXT):.*$", re.MULTILINE)


def without_personal_data(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    for key in FORBIDDEN & event.keys():
        event[key] = "[removed]"
    return event


def without_rows(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """PostgreSQL explains its errors with the row or the parameters concerned: phones, names, one-time codes."""
    if isinstance(told := event.get("exception"), str):
        event["exception"] = _ROWS.sub(r"\1: [removed]", told)
    return event


def setup(level: str, form: str) -> None:
    """Send our logs and the libraries' to standard error, as JSON lines or as text."""
    render: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_personal_data,
    ]
    tracebacks: list[Processor] = [structlog.processors.format_exc_info, without_rows]
    structlog.configure(
        processors=[*shared, *tracebacks, render],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    # Libraries log by the standard library; their lines get the same shape.
    handler = logging.StreamHandler(sys.stderr)
    formatter = structlog.stdlib.ProcessorFormatter
    handler.setFormatter(
        formatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[formatter.remove_processors_meta, *tracebacks, render],
        )
    )
    logging.basicConfig(level=getattr(logging, level.upper()), handlers=[handler])
    # These write request addresses and SQL arguments, which may hold personal data.
    for noisy in ("httpx", "httpcore", "psycopg.pool", "procrastinate"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
