"""Logs tell what happened, and never to whom."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from openhall.base import logs

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def logging_of_its_own() -> Iterator[None]:
    """Everybody's logging is put back afterwards."""
    root = logging.getLogger()
    handlers, level, config = root.handlers[:], root.level, structlog.get_config()
    root.handlers = []
    structlog.reset_defaults()
    yield
    root.handlers, root.level = handlers, level
    structlog.configure(**config)


def test_a_line_is_json_with_what_happened(capsys: Capture) -> None:
    logs.setup("info", "json")
    structlog.get_logger().info("payment.made", payment="0197", amount=350)
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["payment"], line["amount"], line["level"]) == ("payment.made", "0197", 350, "info")
    assert line["timestamp"].endswith("Z")


@pytest.mark.parametrize("form", ["json", "text"])
@pytest.mark.parametrize("key", sorted(logs.FORBIDDEN))
def test_what_could_be_personal_is_removed(capsys: Capture, key: str, form: str) -> None:
    logs.setup("debug", form)
    structlog.get_logger().warning("something", **{key: "13800138000"}, route="/pay")
    written = capsys.readouterr().err
    assert "13800138000" not in written
    assert "[removed]" in written
    assert "/pay" in written


def test_the_least_level_is_kept(capsys: Capture) -> None:
    logs.setup("error", "json")
    structlog.get_logger().info("too small")
    logging.getLogger("a.library").warning("too small as well")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("library", ["httpx", "httpcore", "psycopg.pool", "procrastinate"])
def test_libraries_that_write_addresses_and_arguments_are_quiet(capsys: Capture, library: str) -> None:
    logs.setup("debug", "json")
    logging.getLogger(library).info("GET http://bank/13800138000")
    assert capsys.readouterr().err == ""
