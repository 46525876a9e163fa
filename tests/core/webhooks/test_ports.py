"""Calling receivers that misbehave, and names that lead where they should not."""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Iterator, Sequence
from uuid import UUID

import pytest

from openhall.core.webhooks.addresses import Address, Target
from openhall.core.webhooks.ports import BODY_BYTES, HttpReceiver
from openhall.core.webhooks.types import Error
from tests.core.webhooks.receiver import PEM, Receiver, flood, hang, hang_up, nonsense, status
from tests.served import free_port

pytestmark = pytest.mark.anyio

OWNER = UUID(int=1)
HEADERS = {"webhook-id": "msg_1"}
HERE = ipaddress.ip_address("127.0.0.1")


@pytest.fixture
def secure() -> Iterator[Receiver]:
    """A receiver with a certificate for receiver.example."""
    running = Receiver(tls=True)
    yield running
    running.close()


@pytest.fixture
def caller() -> HttpReceiver:
    return HttpReceiver(loopback=True, timeout_s=1)


class Names:
    """A name service with an answer for each time it is asked."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = [[ipaddress.ip_address(text) for text in answer] for answer in answers]
        self.asked: list[tuple[str, int]] = []

    async def __call__(self, owner: UUID, host: str, port: int) -> list[Address]:
        self.asked.append((host, port))
        return self.answers.pop(0)


def here(target: Target, address: Address) -> bool:
    """Lets a test call a name that leads to this machine."""
    return address == HERE


def trusting() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=PEM)


async def test_a_call_arrives_as_it_was_sent(caller: HttpReceiver, receiver: Receiver) -> None:
    outcome = await caller.send(OWNER, receiver.url, HEADERS, '{"name":"老王"}')
    assert (outcome.status, outcome.error) == (204, None)
    (got,) = receiver.got
    assert (got.path, got.body.decode()) == ("/hook?shop=1", '{"name":"老王"}')
    assert got.headers["content-type"] == "application/json"
    assert got.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert got.headers["webhook-id"] == "msg_1"
    assert got.headers["user-agent"].startswith("openhall/")


async def test_a_redirect_is_not_followed(caller: HttpReceiver, receiver: Receiver) -> None:
    receiver.next(status(302, location="/elsewhere"), status(307, location="http://169.254.169.254/"))
    assert [(await caller.send(OWNER, receiver.url, HEADERS, "{}")).status for _ in range(2)] == [302, 307]
    assert [got.path for got in receiver.got] == ["/hook?shop=1"] * 2


async def test_a_receiver_that_says_nothing_is_left_in_time(caller: HttpReceiver, receiver: Receiver) -> None:
    receiver.next(hang(receiver.release))
    outcome = await caller.send(OWNER, receiver.url, HEADERS, "{}")
    assert (outcome.status, outcome.error) == (None, Error.TIMEOUT)
    assert outcome.took_ms >= 1000


@pytest.mark.parametrize("misbehaviour", [hang_up, nonsense])
async def test_an_answer_that_is_none_is_no_answer(
    caller: HttpReceiver, receiver: Receiver, misbehaviour: object
) -> None:
    receiver.next(misbehaviour)  # type: ignore[arg-type]
    assert (await caller.send(OWNER, receiver.url, HEADERS, "{}")).error is Error.BROKEN


@pytest.mark.parametrize("code", [200, 500])
async def test_an_endless_answer_is_cut_and_its_status_counts(
    caller: HttpReceiver, receiver: Receiver, code: int
) -> None:
    receiver.next(flood(code))
    outcome = await caller.send(OWNER, receiver.url, HEADERS, "{}")
    assert outcome.status == code
    assert outcome.took_ms < 1000, f"more than {BODY_BYTES} bytes were read"


async def test_nobody_there_is_told_apart_from_a_name_that_leads_nowhere(caller: HttpReceiver) -> None:
    assert (await caller.send(OWNER, f"http://127.0.0.1:{free_port()}/", HEADERS, "{}")).error is Error.UNREACHABLE
    nowhere = HttpReceiver(loopback=True, resolve=Names([]))
    assert (await nowhere.send(OWNER, "https://shop.example/", HEADERS, "{}")).error is Error.UNRESOLVED


async def test_a_name_that_the_resolver_does_not_know_leads_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*args: object, **kwargs: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    caller = HttpReceiver(loopback=False)
    assert (await caller.send(OWNER, "https://shop.example/", HEADERS, "{}")).error is Error.UNRESOLVED


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["10.0.0.1"], ["169.254.169.254"], ["::1"], ["::ffff:192.168.0.1"], ["8.8.8.8", "10.0.0.1"]],
)
async def test_a_name_that_leads_to_an_inner_address_is_not_called(addresses: list[str], receiver: Receiver) -> None:
    names = Names(addresses)
    caller = HttpReceiver(loopback=False, resolve=names)
    outcome = await caller.send(OWNER, f"https://shop.example:{receiver.port}/", HEADERS, "{}")
    assert (outcome.status, outcome.error) == (None, Error.FORBIDDEN)
    assert names.asked == [("shop.example", receiver.port)]
    assert receiver.got == []


async def test_without_the_setting_this_machine_is_never_called(receiver: Receiver) -> None:
    caller = HttpReceiver(loopback=False)
    for url in (receiver.url, f"https://127.0.0.1:{receiver.port}/", f"https://localhost:{receiver.port}/"):
        assert (await caller.send(OWNER, url, HEADERS, "{}")).error is Error.FORBIDDEN
    assert receiver.got == []


async def test_the_call_goes_to_the_checked_address_and_the_name_is_asked_once(secure: Receiver) -> None:
    """A second answer of the name service, which would lead inside, is never asked for."""
    names = Names(["127.0.0.1"], ["10.0.0.1"])
    caller = HttpReceiver(loopback=False, resolve=names, allow=here, trusted=trusting())
    outcome = await caller.send(OWNER, f"https://receiver.example:{secure.port}/hook", HEADERS, "{}")
    assert (outcome.status, outcome.error) == (204, None)
    (got,) = secure.got
    assert got.headers["host"] == f"receiver.example:{secure.port}", (
        "its certificate and its Host are those of the name"
    )
    assert len(names.asked) == 1


async def test_a_certificate_for_another_name_is_not_trusted(secure: Receiver) -> None:
    caller = HttpReceiver(loopback=False, resolve=Names(["127.0.0.1"]), allow=here, trusted=trusting())
    outcome = await caller.send(OWNER, f"https://other.example:{secure.port}/hook", HEADERS, "{}")
    assert outcome.error is Error.UNTRUSTED
    assert secure.got == []


async def test_a_certificate_that_nobody_vouches_for_is_not_trusted(secure: Receiver) -> None:
    caller = HttpReceiver(loopback=False, resolve=Names(["127.0.0.1"]), allow=here)
    outcome = await caller.send(OWNER, f"https://receiver.example:{secure.port}/hook", HEADERS, "{}")
    assert outcome.error is Error.UNTRUSTED


async def test_of_several_addresses_a_dead_one_is_passed_over(secure: Receiver) -> None:
    names = Names(["127.0.0.2", "127.0.0.1"])
    caller = HttpReceiver(
        loopback=False, resolve=names, allow=lambda target, address: address.is_loopback, trusted=trusting()
    )
    outcome = await caller.send(OWNER, f"https://receiver.example:{secure.port}/hook", HEADERS, "{}")
    assert outcome.status == 204


async def test_a_slow_name_service_counts_into_the_time(receiver: Receiver) -> None:
    async def slow(owner: UUID, host: str, port: int) -> list[Address]:
        await asyncio.sleep(60)
        return [HERE]

    caller = HttpReceiver(loopback=True, timeout_s=1, resolve=slow)
    assert (await caller.send(OWNER, receiver.url, HEADERS, "{}")).error is Error.TIMEOUT


async def test_retry_after_is_read_in_seconds(caller: HttpReceiver, receiver: Receiver) -> None:
    receiver.next(
        status(429, retry_after="120"),
        status(429, retry_after="Wed, 21 Oct 2026 07:28:00 GMT"),
        status(429, retry_after="9" * 40),
        status(429),
    )
    asked = [(await caller.send(OWNER, receiver.url, HEADERS, "{}")).retry_after for _ in range(4)]
    assert asked == [120, None, None, None]
