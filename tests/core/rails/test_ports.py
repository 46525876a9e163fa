"""The HTTP connector against the real demo bank: a "no" is a no, anything unclear is `Unknown`."""

import socket
import threading
import uuid
from collections.abc import Iterator

import pytest

from openhall.core.rails.calling import Unknown
from openhall.core.rails.ports import HttpBank
from openhall.core.rails.types import Charge, ChargeState
from tests.outside_fixture import OutsideProgram

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def bank_at(url: str, secret: str = "any", timeout_s: float = 5.0) -> HttpBank:
    return HttpBank(url, secret, notify_url="http://127.0.0.1:9/rails/bank/notices", timeout_s=timeout_s)


@pytest.fixture
def bank(outside: OutsideProgram) -> HttpBank:
    return bank_at(outside.url + "/bank", outside.secret)


@pytest.fixture
def agreement() -> str:
    return f"demo:{uuid.uuid4()}"


async def charge(bank: HttpBank, agreement: str, reference: str | None = None) -> Charge:
    return await bank.charge(reference=reference or uuid.uuid4().hex, agreement=agreement, amount=1000, currency="CNY")


async def test_a_charge_succeeds_and_is_found_by_our_reference(bank: HttpBank, agreement: str) -> None:
    reference = uuid.uuid4().hex
    made = await charge(bank, agreement, reference)
    assert made == Charge(reference, ChargeState.SUCCEEDED, 1000, "CNY")
    assert await bank.query(reference) == made


async def test_a_declined_charge_says_why(bank: HttpBank, outside: OutsideProgram, agreement: str) -> None:
    outside.set_balance(agreement, 0)
    declined = await charge(bank, agreement)
    assert (declined.state, declined.reason) == (ChargeState.DECLINED, "insufficient_funds")


async def test_an_accepted_charge_is_neither_yes_nor_no(
    bank: HttpBank, outside: OutsideProgram, agreement: str
) -> None:
    outside.plan(settle_after=60_000)
    assert (await charge(bank, agreement)).state is ChargeState.ACCEPTED


async def test_the_bank_may_never_have_heard_of_a_reference(bank: HttpBank) -> None:
    assert await bank.query(uuid.uuid4().hex) is None


async def test_a_cancelled_reference_is_declined_for_ever(bank: HttpBank, agreement: str) -> None:
    reference = uuid.uuid4().hex
    assert (await bank.cancel(reference)).state is ChargeState.DECLINED
    assert (await charge(bank, agreement, reference)).reason == "cancelled"


@pytest.mark.parametrize("answer", ["drop", "error", "garbage", "huge", "redirect"])
@pytest.mark.parametrize("on", ["charge", "query", "cancel"])
async def test_a_broken_answer_is_unknown(
    bank: HttpBank, outside: OutsideProgram, agreement: str, answer: str, on: str
) -> None:
    outside.plan(on=on, answer=answer)
    with pytest.raises(Unknown):
        await call(bank, on, agreement)


async def call(bank: HttpBank, on: str, agreement: str) -> None:
    """Any of the three calls."""
    if on == "charge":
        await charge(bank, agreement)
    elif on == "query":
        await bank.query("r")
    else:
        await bank.cancel("r")


async def test_a_late_answer_is_unknown_although_the_money_was_taken(outside: OutsideProgram, agreement: str) -> None:
    outside.plan(answer_after=5000)
    hasty = bank_at(outside.url + "/bank", outside.secret, timeout_s=0.3)
    reference = uuid.uuid4().hex
    with pytest.raises(Unknown):
        await charge(hasty, agreement, reference)
    found = await hasty.query(reference)
    assert found is not None
    assert found.state is ChargeState.SUCCEEDED


async def test_a_bank_that_is_away_is_unknown() -> None:
    with pytest.raises(Unknown):
        await bank_at("http://127.0.0.1:9").query("r")


async def test_a_wrong_address_is_unknown_and_not_never_heard(outside: OutsideProgram) -> None:
    with pytest.raises(Unknown):
        await bank_at(outside.url + "/elsewhere", outside.secret).query("r")
    with pytest.raises(Unknown):
        await bank_at("not an address").query("r")


async def test_a_wrong_secret_is_unknown(outside: OutsideProgram, agreement: str) -> None:
    with pytest.raises(Unknown):
        await charge(bank_at(outside.url + "/bank", "wrong"), agreement)


async def test_a_reference_that_names_another_charge_is_unknown(bank: HttpBank, agreement: str) -> None:
    reference = uuid.uuid4().hex
    await charge(bank, agreement, reference)
    with pytest.raises(Unknown):
        await bank.charge(reference=reference, agreement=agreement, amount=1001, currency="CNY")


async def test_an_answer_about_another_reference_is_unknown(mirror: str) -> None:
    with pytest.raises(Unknown, match="another charge"):
        await bank_at(mirror).query("mine")


async def test_an_answer_that_trickles_in_is_cut_off(trickle: str) -> None:
    with pytest.raises(Unknown, match="TimeoutError"):
        await bank_at(trickle, timeout_s=0.5).query("r")


def _serve(chunks: list[bytes], pause: float) -> Iterator[str]:
    """A server that sends the chunks to its first caller, with a pause before each."""
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65_536)
                for chunk in chunks:
                    if done.wait(pause):
                        return
                    try:
                        connection.sendall(chunk)
                    except OSError:
                        return

        thread = threading.Thread(target=answer)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        done.set()
        thread.join()


HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n"


@pytest.fixture
def mirror() -> Iterator[str]:
    body = b'{"reference": "yours", "state": "succeeded", "amount": 1000, "currency": "CNY"}'
    yield from _serve([HEAD + body], 0)


@pytest.fixture
def trickle() -> Iterator[str]:
    # Each byte comes well within the timeout, so a timeout for single reads would never strike.
    yield from _serve([HEAD, *[b" "] * 200], 0.05)
