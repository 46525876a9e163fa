"""The lines of docs/howto/sponsor-an-offer.md run as they stand, after those of the guide."""

from pathlib import Path

from openhall.base.config import Settings
from tests.house.story import beginning, blocks_of, hall_of


def test_the_story_of_a_sponsor_works_as_it_is_written(settings: Settings, tmp_path: Path) -> None:
    blocks = blocks_of("sponsor-an-offer.md")
    assert len(blocks) == 2
    with hall_of(settings, tmp_path) as hall:
        printed = hall.run(*beginning(), *blocks)
    assert printed.strip().endswith("ended")
    assert '"budget":3000' in printed
