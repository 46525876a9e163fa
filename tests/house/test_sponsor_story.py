"""The lines of docs/howto/sponsor-an-offer.md run as they stand, after those of the guide."""

import os
import re
import subprocess
from pathlib import Path

from openhall.base.config import Settings
from tests.house.source import ROOT
from tests.house.test_api_story import free_port, openhall, wait_for

HOWTO = ROOT / "docs" / "howto"
BLOCK = re.compile(r"^```bash\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_story_of_a_sponsor_works_as_it_is_written(settings: Settings, tmp_path: Path) -> None:
    # Words for the answers, two people, a shop, and money.
    begin = BLOCK.findall((HOWTO / "use-the-api.md").read_text(encoding="utf-8"))[:4]
    blocks = BLOCK.findall((HOWTO / "sponsor-an-offer.md").read_text(encoding="utf-8"))
    assert len(blocks) == 2
    port, log = free_port(), tmp_path / "log"
    with openhall(settings, log, "work"), openhall(settings, log, "serve", "--port", str(port)):
        wait_for(f"http://127.0.0.1:{port}/health/ready")
        story = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", "\n".join([*begin, *blocks])],
            cwd=tmp_path,
            env=os.environ | {"HALL": f"http://127.0.0.1:{port}"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert story.returncode == 0, story.stdout + story.stderr
    assert story.stdout.strip().endswith("ended")
    assert '"budget":3000' in story.stdout
