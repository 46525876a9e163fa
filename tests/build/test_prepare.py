"""What `make` says and does before anything of openhall can run."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def prepare(root: Path) -> ModuleType:
    """scripts/prepare.py as a module; it belongs to no package."""
    spec = importlib.util.spec_from_file_location("prepare", root / "scripts/prepare.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def checkout(prepare: ModuleType, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with the pins of this one and nothing prepared."""
    for name in ("requirements.lock", "requirements-dev.lock", "pyproject.toml", "hatch_build.py", "assets.toml"):
        shutil.copy(root / name, tmp_path / name)
    monkeypatch.setattr(prepare, "ROOT", tmp_path)
    monkeypatch.setattr(prepare, "VENV", tmp_path / ".venv")
    (tmp_path / ".venv").mkdir()
    return tmp_path


def test_a_normal_account_is_told_exactly_what_to_install(prepare: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/apt-get" if name == "apt-get" else None)
    monkeypatch.setattr(prepare, "has_chinese_font", lambda: False)
    with pytest.raises(SystemExit, match="sudo apt-get install chromium chromium-headless-shell fonts-noto-cjk curl"):
        prepare.prepare_tools()


def test_a_debian_python_without_venv_names_the_package(prepare: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(prepare, "is_usable", lambda: False)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    with pytest.raises(SystemExit, match=rf"sudo apt-get install python{version}-venv"):
        prepare.make_venv()


def test_an_old_python_is_named_with_the_way_out(prepare: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(SystemExit, match=r"make demo PYTHON=/path/to/python3\.11"):
        prepare.main("demo")


@pytest.mark.parametrize("changed", ["requirements.lock", "pyproject.toml", "hatch_build.py", "assets.toml"])
def test_what_is_prepared_stays_until_a_pin_changes(prepare: ModuleType, checkout: Path, changed: str) -> None:
    assert not prepare.is_prepared("demo")
    prepare.stamp("demo").write_text(prepare.fingerprint("demo"))
    assert prepare.is_prepared("demo")
    with (checkout / changed).open("a") as file:
        file.write("\n# changed\n")
    assert not prepare.is_prepared("demo")


def test_a_failing_step_shows_its_words_and_ends_the_preparation(
    prepare: ModuleType,
) -> None:
    with pytest.raises(SystemExit, match="no such wheel\n\nThis failed: sh -c"):
        prepare.run_quietly(["sh", "-c", "echo no such wheel; exit 3"])


def test_an_unknown_purpose_is_refused(root: Path) -> None:
    done = subprocess.run(
        [sys.executable, root / "scripts/prepare.py", "nonsense"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "demo | test" in done.stderr
