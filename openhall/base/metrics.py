"""Counters and timers for Prometheus, without personal data and with bounded labels."""

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


def render() -> bytes:
    """All metrics in the Prometheus text format."""
    return generate_latest(REGISTRY)
