"""Passkeys in a real browser: Chromium's own virtual authenticator makes them, uses them, and is copied."""

from contextlib import suppress
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Error, Page, expect

from tests.browser.city import path_of, read_code
from tests.browser.conftest import NewPerson
from tests.browser.sitting import Enter
from tests.served import Served, wait_for

pytestmark = pytest.mark.browser


class Device:
    """The authenticator of a browser's device: it knows its owner at once."""

    def __init__(self, page: Page, *, knows_its_owner: bool = True) -> None:
        self._session = page.context.new_cdp_session(page)
        self._session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": knows_its_owner,
            "automaticPresenceSimulation": True,
        }
        made = self._session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self._id = {"authenticatorId": made["authenticatorId"]}

    def credentials(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._session.send("WebAuthn.getCredentials", self._id)["credentials"]
        return found

    def put(self, credential: dict[str, Any]) -> None:
        """Put a copy of a passkey into this device."""
        kept = {name: value for name, value in credential.items() if value not in (None, "")}
        self._session.send("WebAuthn.addCredential", self._id | {"credential": kept})

    def forget(self) -> None:
        self._session.send("WebAuthn.clearCredentials", self._id)


def make_passkey(page: Page, name: str) -> None:
    page.goto("/me")
    page.get_by_role("link", name="Passkeys").click()
    page.get_by_role("link", name="Make a passkey").click()
    page.get_by_label("What do you call this device?").fill(name)
    page.get_by_role("button", name="Make it").click()
    page.wait_for_url("**/me/passkeys")
    expect(page.get_by_role("link", name=name)).to_be_visible()


def sign_out(page: Page) -> None:
    page.goto("/me")
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url("**/")


def test_a_person_makes_a_passkey_and_signs_in_without_a_number(enter: Enter, new_person: NewPerson) -> None:
    page = enter(new_person(), lang="en").page
    device = Device(page)
    make_passkey(page, "王小明的手机")
    sign_out(page)
    page.goto("/sign-in?next=/wallet")
    # The question that waits in the keyboard may be answered by the device at any moment, before the button is found.
    with suppress(Error):
        page.get_by_role("button", name="Sign in with face or fingerprint").click(timeout=3_000)
    page.wait_for_url("**/wallet")
    page.goto("/me/sessions")
    expect(page.get_by_text("By passkey")).to_have_count(1)
    assert len(device.credentials()) == 1


def test_an_important_step_asks_for_the_passkey_again(enter: Enter, new_person: NewPerson) -> None:
    page = enter(new_person(), lang="en").page
    Device(page)
    make_passkey(page, "Phone")
    page.get_by_role("link", name="Phone").click()
    page.get_by_role("button", name="Remove this passkey").click()
    expect(page.get_by_role("heading", name="Is it you?")).to_be_visible()
    page.get_by_role("button", name="Use my passkey").click()
    page.wait_for_url("**/me/passkeys/*")
    page.get_by_role("button", name="Remove this passkey").click()
    expect(page.get_by_text("No passkey yet")).to_be_visible()


def test_a_copied_passkey_is_refused_and_its_owner_is_told(enter: Enter, hall: Served, new_person: NewPerson) -> None:
    person = new_person()
    sitting = enter(person, lang="en")
    page = sitting.page
    device = Device(page)
    make_passkey(page, "Phone")
    (copy,) = device.credentials()
    page.goto("/step-up?next=/me")
    for _ in range(2):
        page.get_by_role("button", name="Use my passkey").click()
        page.wait_for_url(f"{hall.url}/me")
        page.goto("/step-up?next=/me")
    device.forget()
    device.put(copy)
    sitting.watch.allow(422)
    page.get_by_role("button", name="Use my passkey").click()
    expect(page.get_by_text("This passkey seems to exist twice")).to_be_visible()
    page.goto("/me/passkeys")
    expect(page.get_by_text("Not in use")).to_be_visible()

    def told() -> bool:
        with psycopg.connect(hall.database_url) as conn:
            row = conn.execute(
                "select count(*) from people.audit a join people.residents r on r.id = a.resident"
                " where r.phone = %s and a.act = 'passkey_suspended'",
                [f"+86{person.phone}"],
            ).fetchone()
            return row == (1,)

    wait_for(told, "the trail")


def test_a_device_that_does_not_know_its_owner_makes_no_passkey(enter: Enter, new_person: NewPerson) -> None:
    page = enter(new_person(), lang="en").page
    Device(page, knows_its_owner=False)
    page.goto("/me/passkeys/new")
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_text("That did not work, or you stopped it.")).to_be_visible()
    assert path_of(page) == "/me/passkeys/new"


def test_without_a_script_one_signs_in_and_steps_up_by_code(enter: Enter, hall: Served, new_person: NewPerson) -> None:
    person = new_person()
    sitting = enter(person, lang="en")
    page = sitting.page
    with psycopg.connect(hall.database_url) as conn:
        conn.execute("update people.sessions set proved_at = now() - interval '1 hour'")
    page.route("**/passkey.js*", lambda route: route.fulfill(status=200, content_type="text/javascript", body=""))
    page.goto("/me/passkeys/new")
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("Code").fill(read_code(hall, person.phone))
    page.get_by_role("button", name="It is me").click()
    page.wait_for_url("**/me/passkeys/new")
    expect(page.get_by_text("This browser cannot use passkeys here")).to_be_visible()
    expect(page.get_by_role("button", name="Make it")).to_be_hidden()
