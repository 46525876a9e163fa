"""The lines of docs/howto/charge-by-scanner.md run as they stand, after those of the guide; no log tells a key."""

import os
import re
import subprocess
from pathlib import Path

import msgspec

from openhall.base.config import Settings
from tests.house.source import ROOT
from tests.house.test_api_story import free_port, openhall, wait_for

HOWTO = ROOT / "docs" / "howto"
BLOCK = re.compile(r"^```bash\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_story_of_a_scanner_works_as_it_is_written(settings: Settings, tmp_path: Path) -> None:
    # Words for the answers, two people, a shop, and money.
    begin = BLOCK.findall((HOWTO / "use-the-api.md").read_text(encoding="utf-8"))[:4]
    blocks = BLOCK.findall((HOWTO / "charge-by-scanner.md").read_text(encoding="utf-8"))
    assert len(blocks) == 6
    tell = 'printf "%s\\n" "$KEY" "$PAY_CODE" > secrets.txt'
    port, log = free_port(), tmp_path / "log"
    talkative = msgspec.structs.replace(settings, log_level="debug", log_format="json")
    with openhall(talkative, log, "work"), openhall(talkative, log, "serve", "--port", str(port)):
        wait_for(f"http://127.0.0.1:{port}/health/ready")
        story = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", "\n".join([*begin, *blocks, tell])],
            cwd=tmp_path,
            env=os.environ | {"HALL": f"http://127.0.0.1:{port}"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert story.returncode == 0, story.stdout + story.stderr
    written = log.read_text(encoding="utf-8")
    for secret in (tmp_path / "secrets.txt").read_text(encoding="utf-8").split():
        assert secret not in written
