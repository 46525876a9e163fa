"""The curl story of docs/howto/use-the-api.md runs as it stands, against real processes, whose logs name nobody."""

import json
from pathlib import Path

import httpx

from openhall.base.config import Settings
from tests.house.story import blocks_of, hall_of, tell


def test_the_story_works_as_it_is_written_and_leaves_no_names(settings: Settings, tmp_path: Path) -> None:
    blocks = blocks_of("use-the-api.md")
    assert len(blocks) == 9
    with hall_of(settings, tmp_path) as hall:
        printed = hall.run(*blocks, tell("PAYER", "KEEPER", "CODE", "KEY"))
        # A form that is refused is no reason to write down what it held.
        httpx.post(f"{hall.url}/sign-in", data={"phone": "13800138000"})
    assert '"balance":5000' in printed
    assert "event: payment.succeeded" in (tmp_path / "till.txt").read_text(encoding="utf-8")
    logged = hall.log.read_text(encoding="utf-8")
    lines = [json.loads(line) for line in logged.splitlines()]
    assert "Application startup complete." in {line["event"] for line in lines}
    secrets = hall.secrets()
    assert len(secrets) == 4
    for personal in ["13800138000", "13400134000", "王记早餐", settings.secret, settings.bank_secret, *secrets]:
        assert personal not in logged, [line for line in logged.splitlines() if personal in line][:3]
