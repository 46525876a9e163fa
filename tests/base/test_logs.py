"""Logs tell what happened, and never to whom."""

import json
import logging
from collections.abc import Iterator

import psycopg
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


def setup(level: str, form: str) -> None:
    """As in a process of its own, where nobody has set up logging before (pytest does so before each test)."""
    logging.getLogger().handlers = []
    logs.setup(level, form)


def test_a_line_is_json_with_what_happened(capsys: Capture) -> None:
    setup("info", "json")
    structlog.get_logger().info("payment.made", payment="0197", amount=350)
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["payment"], line["amount"], line["level"]) == ("payment.made", "0197", 350, "info")
    assert line["timestamp"].endswith("Z")


@pytest.mark.parametrize("form", ["json", "text"])
@pytest.mark.parametrize("key", sorted(logs.FORBIDDEN))
def test_what_could_be_personal_is_removed(capsys: Capture, key: str, form: str) -> None:
    setup("debug", form)
    structlog.get_logger().warning("something", **{key: "13800138000"}, route="/pay")
    written = capsys.readouterr().err
    assert "13800138000" not in written
    assert "[removed]" in written
    assert "/pay" in written


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_refused_statement_is_told_without_its_row(capsys: Capture, cluster_dsn: str, form: str) -> None:
    logging.getLogger().handlers = []  # those of pytest, which would keep ours away
    logs.setup("info", form)
    with psycopg.connect(cluster_dsn) as connection:
        connection.execute("create temporary table people (phone text check (length(phone) < 3))")
        phone = "138" + "00138000"  # a traceback quotes this line
        for logger in (structlog.get_logger(), logging.getLogger("uvicorn.error")):
            try:
                with connection.transaction():
                    connection.execute("insert into people values (%s)", [phone])
            except psycopg.errors.CheckViolation:
                logger.exception("request.crashed")
    written = capsys.readouterr().err
    assert written.count("people_phone_check") >= 2
    assert "13800138000" not in written


def test_the_least_level_is_kept(capsys: Capture) -> None:
    setup("error", "json")
    structlog.get_logger().info("too small")
    logging.getLogger("a.library").warning("too small as well")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("library", ["httpx", "httpcore", "psycopg.pool", "procrastinate"])
def test_libraries_that_write_addresses_and_arguments_are_quiet(capsys: Capture, library: str) -> None:
    setup("debug", "json")
    logging.getLogger(library).info("GET http://bank/13800138000")
    assert capsys.readouterr().err == ""
    logging.getLogger(library).warning("something is wrong")
    assert "something is wrong" in capsys.readouterr().err


def test_lines_of_libraries_have_the_same_shape(capsys: Capture) -> None:
    setup("info", "json")
    try:
        raise ValueError("broken")
    except ValueError:
        logging.getLogger("a.library").exception("it %s", "failed")
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["level"], line["logger"]) == ("it failed", "error", "a.library")
    assert "ValueError: broken" in line["exception"]
