"""The lock files and the package's metadata."""

import re
import tomllib
from pathlib import Path

import pytest

import openhall

LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-node.lock")
_PIN = re.compile(r"^([a-z0-9][a-z0-9.-]*)==(\S+) \\$", re.MULTILINE)


def pins(root: Path, lock: str) -> dict[str, str]:
    return dict(_PIN.findall((root / lock).read_text()))


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_versions_and_hashes_and_no_address(root: Path, lock: str) -> None:
    text = (root / lock).read_text()
    assert pins(root, lock)
    for block in re.split(r"\n(?=[a-z])", text):
        assert block.startswith("#") or "--hash=sha256:" in block, block
    assert not re.search(r"https?:|file:|--index|--extra-index|--find-links|--trusted-host", text)


def test_the_tests_run_on_what_is_shipped(root: Path) -> None:
    shipped, tested = pins(root, "requirements.lock"), pins(root, "requirements-dev.lock")
    assert shipped.items() <= tested.items()


def test_every_dependency_is_locked_and_says_why_it_is_here(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"][1:]]
    locked = pins(root, "requirements-dev.lock")
    text = (root / "pyproject.toml").read_text()
    for line in wanted:
        name = re.split(r"[\s\[~=<>]", line)[0]
        assert name in locked
        assert re.search(rf'^    "{re.escape(line)}", +# .+', text, re.MULTILINE), f"why is {name} here?"


def test_the_version_is_said_once_and_repeated_rightly(root: Path) -> None:
    assert tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"] == openhall.__version__
