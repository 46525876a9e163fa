"""What residents may call themselves, and where nobody has to believe it."""

import pytest

from tests.hall import Hall

pytestmark = pytest.mark.anyio

PHONE = "13800000001"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("\u3164", "people.display_name_unclear"),
        ("\u2800\u2800", "people.display_name_unclear"),
        ("Орenhall", "people.display_name_unclear"),
        ("a" + "\u0335" * 39, "people.display_name_unclear"),
        ("x" * 41, "people.display_name_unclear"),
        ("12345 号客服 400-000", "people.display_name_official"),
        ("Chang'an Hall", "people.display_name_official"),
    ],
)
async def test_a_name_that_deceives_is_refused(hall: Hall, name: str, code: str) -> None:
    me = await hall.sign_in(PHONE)
    answer = await hall.client.patch("/api/v1/me", json={"name": name}, headers=me)
    assert answer.status_code == 400
    assert answer.json()["code"] == code
    assert (await hall.client.get("/api/v1/me", headers=me)).json()["name"] is None


async def test_an_honest_name_is_kept_and_an_empty_one_removed(hall: Hall) -> None:
    me = await hall.sign_in(PHONE)
    kept = await hall.client.patch("/api/v1/me", json={"name": " 王  小明 "}, headers=me)
    assert kept.json()["name"] == "王 小明"
    assert (await hall.client.patch("/api/v1/me", json={"name": " "}, headers=me)).json()["name"] is None
