"""Counters and timers for Prometheus, without personal data and with bounded labels."""

from functools import cache

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

REGISTRY = CollectorRegistry()

requests = Counter("openhall_requests", "Requests answered.", ["method", "route", "status"], registry=REGISTRY)
request_seconds = Histogram(
    "openhall_request_seconds", "Time to answer, in seconds.", ["method", "route"], registry=REGISTRY
)
batch_items = Histogram(
    "openhall_batch_items",
    "Requests settled by one transaction.",
    ["batch"],
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256),
    registry=REGISTRY,
)


@cache
def _of_route(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    """The two series of a route; found once, for finding them costs more than counting."""
    return requests.labels(method, route, status), request_seconds.labels(method, route)


def answered(method: str, route: str, status: int, seconds: float) -> None:
    """Count one answer. `route` is a template such as /payments/{id}, so there are few."""
    count, time = _of_route(method, route, status)
    count.inc()
    time.observe(seconds)


def render() -> bytes:
    """All metrics in the Prometheus text format."""
    return generate_latest(REGISTRY)
