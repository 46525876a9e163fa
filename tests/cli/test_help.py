"""The command line explains itself."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

COMMANDS = ("demo", "serve", "work", "migrate", "check", "operator", "bench", "version")


def openhall(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line with these settings and no others."""
    return subprocess.run(
        [sys.executable, "-m", "openhall.cli", *arguments],
        env={"PATH": "/usr/bin:/bin", "COLUMNS": "120", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_help_names_every_command() -> None:
    said = openhall("--help").stdout
    for command in COMMANDS:
        assert f" {command} " in said


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_option_is_described_and_there_is_an_example(command: str) -> None:
    done = openhall(command, "--help")
    assert done.returncode == 0, done.stderr
    assert f"Usage: openhall {command}" in done.stdout
    assert f"openhall {command}" in done.stdout.partition("Example")[2]
    # An option's row is `│ --port PORT   words ... │`.
    for row in done.stdout.splitlines():
        if row.startswith("│ --") and not row.startswith("│ --help"):
            assert len(row.strip("│ ").split("  ", 1)) == 2, row


def test_version_is_the_package_s(root: Path) -> None:
    version = tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"]
    assert openhall("version").stdout.startswith(f"openhall {version} (Python 3.")


@pytest.mark.parametrize("command", ["serve", "work", "migrate", "check"])
def test_without_a_database_the_missing_setting_is_named_without_a_traceback(command: str) -> None:
    done = openhall(command)
    assert done.returncode == 1
    assert "OPENHALL_DATABASE_URL is not set" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_does_not_answer_is_said_plainly() -> None:
    unreachable = {"OPENHALL_DATABASE_URL": "host=/nowhere user=hall", "OPENHALL_SECRET": "x" * 32}
    done = openhall("migrate", **unreachable)
    assert done.returncode == 1
    assert "/nowhere" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_option_is_refused() -> None:
    assert openhall("serve", "--port", "70000").returncode != 0
    assert openhall("work", "--concurrency", "0").returncode != 0
    assert openhall("sevre").returncode != 0
