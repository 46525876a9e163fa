"""The pages of the wallet, as a person meets them."""

import re
from urllib.parse import quote
from uuid import UUID, uuid4

import httpx
import pytest

from openhall.core import ledger
from openhall.core.rails import rules
from tests.core.rails.test_api import work
from tests.hall import Hall

pytestmark = pytest.mark.anyio


class Person:
    """Somebody at a browser without JavaScript."""

    def __init__(self, hall: Hall) -> None:
        self.hall = hall
        self.client = hall.client

    async def look(self, path: str) -> httpx.Response:
        answer = await self.client.get(path, headers={"Accept-Language": "en"}, follow_redirects=True)
        self.token = _hidden(answer.text, "_csrf_token")
        return answer

    async def send(self, path: str, **fields: str) -> httpx.Response:
        """Post the form of the page looked at last, without following a redirect."""
        return await self.client.post(
            path,
            data={"_csrf_token": self.token, **fields},
            headers={"Accept-Language": "en"},
            follow_redirects=False,
        )

    async def sign_in(self, phone: str) -> None:
        await self.look("/sign-in")
        await self.send("/sign-in", phone=phone)
        await self.look("/sign-in/code")
        code = (await self.client.get(f"/demo/phone/{phone}", headers={"Accept": "application/json"})).json()[0]["code"]
        answer = await self.send("/sign-in/code", phone=phone, code=code)
        assert answer.status_code == 303, answer.text

    async def top_up(self, amount: str, bank_account: str = "demo", key: str | None = None) -> httpx.Response:
        await self.look("/wallet/top-up")
        return await self.send(
            "/wallet/top-up", amount=amount, bank_account=bank_account, request_key=key or str(uuid4())
        )


def _hidden(html: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', html)
    return found[1] if found else ""


@pytest.fixture
async def person(hall: Hall) -> Person:
    signed_in = Person(hall)
    await signed_in.sign_in("13800138003")
    return signed_in


async def test_a_top_up_leads_on_to_no_address_elsewhere(person: Person) -> None:
    for elsewhere in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        form = await person.look(f"/wallet/top-up?next={quote(elsewhere)}")
        assert "evil" not in form.text
        await person.look("/wallet/top-up")
        key = str(uuid4())
        begun = await person.send("/wallet/top-up", amount="1", bank_account="demo", request_key=key, next=elsewhere)
        assert "evil" not in begun.headers["location"]
        assert "evil" not in (await person.look(f"{begun.headers['location']}?next={quote(elsewhere)}")).text


async def test_a_top_up_from_the_form_to_the_wallet(hall: Hall, person: Person) -> None:
    form = await person.look("/wallet/top-up")
    assert "**** 8003" in form.text
    answer = await person.top_up("50")
    assert answer.status_code == 303
    state = answer.headers["location"]
    assert "data-refresh" in (await person.look(state)).text
    await work(hall)
    done = (await person.look(state)).text
    assert "The money is in your wallet" in done
    assert "data-refresh" not in done
    wallet = (await person.look("/wallet")).text
    assert "50.00" in wallet
    assert state in wallet


async def test_a_double_tap_is_one_top_up(hall: Hall, person: Person) -> None:
    key = str(uuid4())
    first, second = await person.top_up("50", key=key), await person.top_up("50", key=key)
    assert first.headers["location"] == second.headers["location"]


async def test_coming_back_to_the_form_asks_for_the_same_top_up(hall: Hall, person: Person) -> None:
    opened = await hall.client.get("/wallet/top-up", follow_redirects=False)
    address = opened.headers["location"]
    form = await person.look(address)
    key = _hidden(form.text, "request_key")
    assert key
    assert address.endswith(f"request_key={key}")
    begun = await person.top_up("50", key=key)
    back = await hall.client.get(address, follow_redirects=False)
    assert (back.status_code, back.headers["location"]) == (303, begun.headers["location"])


async def test_a_refused_top_up_gives_the_next_try_a_key_of_its_own(hall: Hall, person: Person) -> None:
    key = str(uuid4())
    assert (await person.top_up("50000.01", key=key)).status_code == 422
    again = await person.look(f"/wallet/top-up?request_key={key}")
    assert _hidden(again.text, "request_key") not in ("", key)


async def test_a_wrong_amount_shows_the_form_again_with_what_was_typed(person: Person) -> None:
    for typed in ("", "0", "-5", "abc", "1.234", "1e3", "9" * 30):
        answer = await person.top_up(typed)
        assert answer.status_code == 400, typed
        assert "/wallet/top-up" in answer.text
        assert not typed or f'value="{typed}"' in answer.text


async def test_too_large_an_amount_and_an_unknown_bank_account_are_explained_on_the_form(person: Person) -> None:
    answer = await person.top_up("50000.01")
    assert answer.status_code == 422
    assert "more than one top-up may bring" in answer.text
    answer = await person.top_up("5", bank_account="other")
    assert answer.status_code == 422
    assert "no linked bank account of this name" in answer.text


async def test_too_many_at_once_are_explained_on_the_form(person: Person) -> None:
    for _ in range(rules.MOST_PROCESSING):
        await person.top_up("1")
    answer = await person.top_up("1")
    assert answer.status_code == 409
    assert "still waiting for the bank" in answer.text


async def test_a_failed_top_up_says_why_in_the_persons_language(hall: Hall, person: Person) -> None:
    hall.outside.plan(outcome="no", reason="account_frozen")
    answer = await person.top_up("5")
    await work(hall)
    assert "Your bank account is frozen." in (await person.look(answer.headers["location"])).text
    chinese = await person.client.get(answer.headers["location"], headers={"Accept-Language": "zh-CN"})
    assert "您的银行账户已被冻结。" in chinese.text


async def test_a_reason_we_do_not_know_is_told_as_declined(hall: Hall, person: Person) -> None:
    hall.outside.plan(outcome="no", reason="<b>secret</b>")
    answer = await person.top_up("5")
    await work(hall)
    page = (await person.look(answer.headers["location"])).text
    assert "Your bank declined." in page
    assert "secret" not in page


async def test_a_stranger_gets_404_and_nobody_gets_the_sign_in(hall: Hall, person: Person) -> None:
    answer = await person.top_up("5")
    hall.client.cookies.clear()
    stranger = Person(hall)
    signed_out = await hall.client.get(answer.headers["location"], follow_redirects=False)
    assert (signed_out.status_code, signed_out.headers["location"].split("?")[0]) == (303, "/sign-in")
    await stranger.sign_in("13800138004")
    assert (await stranger.look(answer.headers["location"])).status_code == 404


async def test_the_wallet_of_a_newcomer_is_empty_and_says_what_to_do(person: Person) -> None:
    page = await person.look("/wallet")
    assert page.status_code == 200
    assert "Nothing in this month" in page.text
    assert page.headers["cache-control"] == "no-store"


async def test_a_month_that_is_not_offered_is_a_400(person: Person) -> None:
    for month in ("1999-01", "x", "2026-13", "9999-12", "0000-00", "2026-1"):
        assert (await person.look(f"/wallet?month={month}")).status_code == 400, month


async def test_a_form_without_its_token_is_refused(person: Person) -> None:
    await person.look("/wallet/top-up")
    person.token = "forged"
    answer = await person.send("/wallet/top-up", amount="5", bank_account="demo", request_key=str(uuid4()))
    assert answer.status_code == 403


async def test_a_balance_that_was_brought_forward_has_its_name_in_the_statement(hall: Hall) -> None:
    person = Person(hall)
    await person.sign_in("13800000001")
    me = await hall.sign_in("13800000001")
    resident = (await hall.client.get("/api/v1/me", headers=me)).json()["id"]
    async with hall.pool.write() as conn:
        (wallet,) = await ledger.accounts_of(conn, UUID(resident))
        before = await ledger.open_account(conn, kind="opening", owner=None, floor=None)
        transfer = ledger.Transfer(id=uuid4(), debit=before, credit=wallet.id, amount=500, reason="opening")
        (outcome,) = await ledger.post(conn, [transfer])
        assert outcome.ok
    assert "Opening balance" in (await person.look("/wallet")).text
