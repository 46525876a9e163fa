"""Prepare this checkout: the virtual environment, the browser parts, and for the tests a browser and curl.

`python3 scripts/prepare.py demo` or `... test`; the Makefile calls it. Needs only Python. What is already right is
left alone, so a later call takes a fraction of a second.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
VENDOR = ROOT / "openhall/web/static/vendor"
LOCKS = {"demo": "requirements.lock", "test": "requirements-dev.lock"}
# No questions, and no advice that a newcomer need not follow.
PIP = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore", "PIP_NO_INPUT": "1"}
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def main(purpose: str) -> None:
    if sys.version_info < (3, 11):  # noqa: UP036  this file may meet any Python
        sys.exit(
            f"openhall needs Python 3.11 or newer, and this is {sys.version.split()[0]}.\n"
            f"Name another one: make {purpose} PYTHON=/path/to/python3.11"
        )
    # Two commands at the same time take turns.
    folder = os.open(ROOT, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    prepare_environment(purpose)
    if purpose == "test":
        prepare_tools()


def prepare_environment(purpose: str) -> None:
    """The virtual environment with the locked packages, the browser parts and openhall itself."""
    if is_prepared(purpose) and has_browser_parts():
        return
    make_venv()
    install(LOCKS[purpose])
    fetch_browser_parts()
    say("Installing openhall itself")
    run_quietly([PYTHON, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--editable", ROOT])
    # Everything the demo needs is also in the environment of the tests.
    for done in LOCKS if purpose == "test" else [purpose]:
        stamp(done).write_text(fingerprint(done), encoding="utf-8")


def is_prepared(purpose: str) -> bool:
    return stamp(purpose).is_file() and stamp(purpose).read_text(encoding="utf-8") == fingerprint(purpose)


def stamp(purpose: str) -> Path:
    return VENV / f"prepared-{purpose}"


def fingerprint(purpose: str) -> str:
    """Changes when the environment has to be made anew: other pins, another Python, or the checkout was moved."""
    digest = hashlib.sha256(f"{ROOT} {sys.version}".encode())
    for name in (LOCKS[purpose], "pyproject.toml", "hatch_build.py", "assets.toml"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def has_browser_parts() -> bool:
    wanted = (ROOT / "assets.toml").read_text(encoding="utf-8").count("[[package]]")
    return len(list(VENDOR.glob("*/PINNED"))) == wanted


def make_venv() -> None:
    if is_usable():
        return
    if importlib.util.find_spec("ensurepip") is None:
        # Debian keeps this part of Python in a package of its own.
        package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        apt_install([package], why="it is needed to make a virtual environment")
    say(f"Making a virtual environment in {VENV}")
    run_quietly([sys.executable, "-m", "venv", "--clear", VENV])


def is_usable() -> bool:
    """An environment of this Python, at this path: its programs name the path they were made for."""
    pip = VENV / "bin" / "pip"
    try:
        here = str(PYTHON) in pip.read_text(encoding="utf-8")
        found = subprocess.run(
            [PYTHON, "-c", "import sys; print(sys.version)"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return False
    return here and found.stdout.strip() == sys.version


def install(lock: str) -> None:
    """Install the packages of a lock file; each is checked against the hashes that stand there."""
    total = (ROOT / lock).read_text(encoding="utf-8").count("==")
    say(f"Installing {total} packages (a minute or so, only when {lock} has changed)")
    options = ["--no-deps", "--require-hashes", "--progress-bar=off", "-r", str(ROOT / lock)]
    pip = subprocess.Popen(
        [PYTHON, "-m", "pip", "install", *options],
        env={**os.environ, **PIP},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert pip.stdout is not None
    output, seen = [], 0
    for line in pip.stdout:
        output.append(line)
        if line.startswith(("Collecting ", "Requirement already satisfied")):
            seen += 1
            tick(f"{seen} of {total}: {line.split()[1]}")
        elif line.startswith("Installing collected packages"):
            tick("unpacking")
    tick("")
    if pip.wait() != 0:
        sys.exit("".join(output[-25:]) + "\nThe packages could not be installed. Is the network there? Then try again.")


def fetch_browser_parts() -> None:
    if has_browser_parts():
        return
    say("Fetching the browser parts")
    environment = dict(os.environ)
    node = VENV / "node"
    if shutil.which("npm") is None:
        tick("this system has no npm: fetching it for this one use")
        lock = ROOT / "requirements-node.lock"
        options = ["--quiet", "--no-deps", "--require-hashes", "--no-compile", "--target", str(node), "-r", str(lock)]
        run_quietly([PYTHON, "-m", "pip", "install", *options])
        environment["PYTHONPATH"] = str(node)
        tick("")
    run_quietly([PYTHON, ROOT / "hatch_build.py"], environment)
    shutil.rmtree(node, ignore_errors=True)


def prepare_tools() -> None:
    """The browser stories need Chromium and a font to draw Chinese with, the story of the API needs curl."""
    missing = []
    if not any(map(shutil.which, BROWSERS)):
        # The second one is optional: it shows the same pages with less work.
        missing += ["chromium", "chromium-headless-shell"]
    if not has_chinese_font():
        missing.append("fonts-noto-cjk")
    if shutil.which("curl") is None:
        missing.append("curl")
    if missing:
        apt_install(missing, why="the tests need it")


def has_chinese_font() -> bool:
    try:
        return bool(subprocess.run(["fc-list", ":lang=zh"], capture_output=True, check=False).stdout.strip())
    except FileNotFoundError:
        return False


def apt_install(packages: list[str], why: str) -> None:
    """Install Debian packages when we may, else say exactly what to do."""
    command = f"apt-get install {' '.join(packages)}"
    if shutil.which("apt-get") is None:
        sys.exit(f"Please install {' and '.join(packages)} ({why}), then try again. On Debian: {command}")
    if os.geteuid() != 0:
        sys.exit(f"Please run this first ({why}):\n\n    sudo {command}\n")
    say(f"Installing {' and '.join(packages)} ({why})")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run_quietly(["apt-get", "update"], environment)
    run_quietly(["apt-get", "install", "--yes", "--no-install-recommends", *packages], environment)


def run_quietly(command: list[str | Path], environment: dict[str, str] | None = None) -> None:
    """Run a command; its words are shown only when it fails, and then we end with it."""
    environment = {**(os.environ if environment is None else environment), **PIP}
    done = subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        sys.exit(f"{done.stdout}\nThis failed: {' '.join(map(str, command))}")


def say(text: str) -> None:
    print(f"· {text}", flush=True)


def tick(text: str) -> None:
    """What is going on within a step: one changing line on a terminal; elsewhere the steps are enough."""
    if sys.stdout.isatty():
        print(f"\r\033[K{'  ' + text[:70] if text else ''}", end="", flush=True)


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in LOCKS:
        sys.exit(f"usage: {sys.argv[0]} demo | test")
    try:
        main(sys.argv[1])
    except KeyboardInterrupt:
        sys.exit("\nStopped; run it again to go on.")
