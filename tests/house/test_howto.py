"""The service of docs/howto/add-a-city-service.md is built from the very text, and works."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import openhall.city
from openhall.base import migrate
from openhall.base.config import Settings
from openhall.base.errors import REGISTRY
from openhall.web import discover
from tests.conftest import open_hall
from tests.hall import Hall, fresh_key
from tests.house.source import ROOT
from tests.house.visitor import enter
from tests.outside_fixture import OutsideProgram

pytestmark = pytest.mark.anyio

TEXT = (ROOT / "docs" / "howto" / "add-a-city-service.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(?:python|sql|html|po)\n(?:# |-- |<!-- )(\S+)(?: -->)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def wishes(tmp_path: Path) -> Iterator[None]:
    """The example as one more folder of the city."""
    blocks = BLOCK.findall(TEXT)
    assert len(blocks) == 11
    for name, text in blocks:
        file = tmp_path / "wishes" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    codes = set(REGISTRY)
    openhall.city.__path__.append(str(tmp_path))
    discover.packages.cache_clear()
    yield
    openhall.city.__path__.remove(str(tmp_path))
    discover.packages.cache_clear()
    for name in [name for name in sys.modules if name.startswith("openhall.city.wishes")]:
        del sys.modules[name]
    del openhall.city.wishes  # type: ignore[attr-defined]
    for code in REGISTRY.keys() - codes:
        del REGISTRY[code]


async def test_the_service_of_the_guide_works(wishes: None, settings: Settings, outside: OutsideProgram) -> None:
    assert await migrate.apply(settings.database_url, discover.modules(demo=True)) == 1
    async with open_hall(settings, outside) as hall:
        await _over_the_api(hall)
        await hall.books_agree()
        document = (await hall.client.get("/api/openapi.json")).json()
        assert document["paths"]["/api/v1/wishes"]["post"]["summary"] == "Tell the city a wish"


async def _over_the_api(hall: Hall) -> None:
    resident, stranger = await hall.sign_in("13800000001"), await hall.sign_in("13800000002")
    key = fresh_key()
    made = await hall.client.post("/api/v1/wishes", json={"text": " Shade at the bus stop "}, headers=resident | key)
    assert made.status_code == 201, made.text
    again = await hall.client.post("/api/v1/wishes", json={"text": " Shade at the bus stop "}, headers=resident | key)
    assert again.json() == made.json()
    mine = (await hall.client.get("/api/v1/wishes", headers=resident)).json()["wishes"]
    assert [wish["text"] for wish in mine] == ["Shade at the bus stop"]
    assert (await hall.client.get("/api/v1/wishes", headers=stranger)).json() == {"wishes": []}
    refused = await hall.client.post("/api/v1/wishes", json={"text": "x" * 201}, headers=resident | fresh_key())
    assert (refused.status_code, refused.json()["code"]) == (400, "wishes.text_invalid")
    assert (await hall.client.get("/api/v1/wishes")).status_code == 401


async def test_its_page_speaks_both_languages(wishes: None, settings: Settings, outside: OutsideProgram) -> None:
    await migrate.apply(settings.database_url, discover.modules(demo=True))
    async with open_hall(settings, outside) as hall:
        await enter(hall, "13800000003")
        for language, title in (("zh_CN", "心愿"), ("en", "Wishes")):
            hall.client.cookies.set("lang", language)
            page = await hall.client.get("/wishes")
            assert page.status_code == 200, page.text
            assert f">{title}<" in page.text
            assert title in (await hall.client.get("/")).text, "its tile is on the home page"
        form = {"text": "A bench", "request_key": "k", "_csrf_token": hall.client.cookies["openhall_csrf"]}
        assert (await hall.client.post("/wishes", data=form)).status_code == 303
        assert "A bench" in (await hall.client.get("/wishes")).text
        refused = await hall.client.post("/wishes", data=form | {"text": " ", "request_key": "l"})
        assert refused.status_code == 400
        assert "A wish has 1 to 200 characters." in refused.text
