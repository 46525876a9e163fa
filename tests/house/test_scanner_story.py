"""The lines of docs/howto/charge-by-scanner.md run as they stand, after those of the guide; no log tells a key."""

from pathlib import Path

from openhall.base.config import Settings
from tests.house.story import beginning, blocks_of, hall_of, tell


def test_the_story_of_a_scanner_works_as_it_is_written(settings: Settings, tmp_path: Path) -> None:
    blocks = blocks_of("charge-by-scanner.md")
    assert len(blocks) == 6
    with hall_of(settings, tmp_path) as hall:
        hall.run(*beginning(), *blocks, tell("KEY", "PAY_CODE"))
    logged, secrets = hall.log.read_text(encoding="utf-8"), hall.secrets()
    assert len(secrets) == 2
    for secret in secrets:
        assert secret not in logged
