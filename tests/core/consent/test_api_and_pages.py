"""Consent over the API and on pages: what is asked for, in whose words, and the way back."""

from typing import Any

import pytest
from msgspec import structs

from openhall.base.package import Package
from openhall.core import consent
from openhall.core.people import agreements
from tests.core.consent.agreements import NEWER, PENSION, WORDS
from tests.core.people.pins.steps import refusal
from tests.hall import Hall, Headers
from tests.house.visitor import enter

pytestmark = pytest.mark.anyio
PHONE = "13800000001"
MINE = "/api/v1/me/consents"
EN = {"Accept-Language": "en"}


@pytest.fixture
def office(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> Package:
    """A hall with an office that asks for consent."""
    office = Package(name="pension", module="openhall.core.consent", agreements=(PENSION,))
    _with(hall, office, monkeypatch)
    return office


def _with(hall: Hall, office: Package, monkeypatch: pytest.MonkeyPatch) -> None:
    state = hall.client._transport.app.state  # type: ignore[attr-defined]
    others = tuple(package for package in state.packages if package.name != office.name)
    monkeypatch.setitem(state._state, "packages", (*others, office))


async def _state(hall: Hall, who: Headers) -> dict[str, Any]:
    listed = (await hall.client.get(MINE, headers=who | EN)).json()["agreements"]
    return next(one for one in listed if one["code"] == PENSION.code)


async def test_a_program_reads_agrees_and_takes_back(hall: Hall, office: Package) -> None:
    me = await hall.sign_in(PHONE)
    before = await _state(hall, me)
    assert (before["title"], before["given_at"], before["words"]) == (PENSION.title, None, str(WORDS))
    wish = {"agreement": PENSION.code, "words": before["words"]}
    given = await hall.client.post(MINE, json=wish, headers=me)
    assert given.status_code == 200, given.text
    assert (await _state(hall, me))["given_at"] is not None
    assert (await hall.client.delete(f"{MINE}/{PENSION.code}", headers=me)).status_code == 204
    after = (await hall.client.get(MINE, headers=me | EN)).json()
    assert [(one["code"], one["ending"]) for one in after["past"]] == [(PENSION.code, "withdrawn")]


async def test_refusals_of_the_api(hall: Hall, office: Package) -> None:
    me = await hall.sign_in(PHONE)
    unknown = await hall.client.post(MINE, json={"agreement": "no.such", "words": str(WORDS)}, headers=me)
    assert refusal(unknown) == (404, "consent.agreement_unknown")
    real_name = agreements.REAL_NAME
    wish = {"agreement": real_name.code, "words": str(consent.worded(real_name).id)}
    assert refusal(await hall.client.post(MINE, json=wish, headers=me)) == (422, "consent.not_by_consent")
    gone = await hall.client.delete(f"{MINE}/{PENSION.code}", headers=me)
    assert refusal(gone) == (409, "consent.not_given")


async def test_words_that_changed_while_they_were_read_are_shown_before_anything_is_given(
    hall: Hall, office: Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    await hall.sign_in(PHONE)
    await enter(hall, PHONE)
    page = await hall.client.get(f"/me/consents/{PENSION.code}", headers=EN)
    assert str(WORDS) in page.text
    _with(hall, structs.replace(office, agreements=(NEWER,)), monkeypatch)
    form = {"_csrf_token": hall.client.cookies["openhall_csrf"], "words": str(WORDS)}
    again = await hall.client.post(f"/me/consents/{PENSION.code}/give", data=form, headers=EN)
    assert again.status_code == 409
    assert "The words of this agreement have changed meanwhile." in again.text
    assert "Address" in again.text
    done = await hall.client.post(
        f"/me/consents/{PENSION.code}/give", data=form | {"words": str(consent.worded(NEWER).id), "next": "/wallet"}
    )
    assert (done.status_code, done.headers["Location"]) == (303, "/wallet"), "back to where one was asked for it"
    shown = await hall.client.get(f"/me/consents/{PENSION.code}", headers=EN)
    assert "You agreed on" in shown.text
    for _ in range(2):
        back = await hall.client.post(f"/me/consents/{PENSION.code}/withdraw", data=form)
        assert back.status_code == 303, "whoever taps twice took it back once"
    assert "Taken back" in (await hall.client.get(f"/me/consents/{PENSION.code}", headers=EN)).text


async def test_nobody_is_sent_elsewhere_after_agreeing(hall: Hall, office: Package) -> None:
    await hall.sign_in(PHONE)
    await enter(hall, PHONE)
    form = {"_csrf_token": hall.client.cookies["openhall_csrf"], "words": str(WORDS), "next": "//evil.example"}
    done = await hall.client.post(f"/me/consents/{PENSION.code}/give", data=form)
    assert done.headers["Location"] == f"/me/consents/{PENSION.code}"


async def test_a_hall_that_asks_for_nothing_says_so_and_what_is_done_without_asking(hall: Hall) -> None:
    await hall.sign_in(PHONE)
    await enter(hall, PHONE)
    page = await hall.client.get("/me/consents", headers=EN)
    assert "What is done without asking" in page.text
    law = await hall.client.get(f"/me/consents/{agreements.REAL_NAME.code}", headers=EN)
    assert "This does not rest on your consent" in law.text
    assert "I agree" not in law.text
    assert (await hall.client.get("/me/consents/no.such", headers=EN)).status_code == 404
