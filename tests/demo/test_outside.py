"""The demo bank and SMS gateway, run as a real program."""

import base64
import hashlib
import hmac
import json
import queue
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from openhall.demo.outside import secret
from tests.outside_fixture import OutsideProgram

Notice = tuple[dict[str, str], bytes]


class Ear(HTTPServer):
    """Where the bank's notices arrive; `answers` are the statuses to give, then 204."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), EarHandler)
        self.heard: queue.Queue[Notice] = queue.Queue()
        self.answers: list[int] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/notices"


class EarHandler(BaseHTTPRequestHandler):
    server: Ear

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.heard.put(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(self.server.answers.pop(0) if self.server.answers else 204)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def ear() -> Iterator[Ear]:
    server = Ear()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def agreement() -> str:
    return f"demo:{uuid.uuid4()}"


def charge(outside: OutsideProgram, agreement: str, amount: int = 1000, **more: Any) -> tuple[str, httpx.Response]:
    reference = more.pop("reference", None) or uuid.uuid4().hex
    body = {"reference": reference, "agreement": agreement, "amount": amount, "currency": "CNY", **more}
    return reference, outside.call("POST", "/bank/charges", body)


def state(outside: OutsideProgram, reference: str) -> str:
    answer = outside.call("GET", f"/bank/charges/{reference}")
    return "unknown" if answer.status_code == 404 else str(answer.json()["state"])


def eventually_final(outside: OutsideProgram, reference: str) -> str:
    for _ in range(500):
        if (found := state(outside, reference)) not in ("accepted", "unknown"):
            return found
        time.sleep(0.01)
    raise AssertionError("the charge never became final")


def test_a_charge_takes_the_money_once_however_often_it_is_asked_for(outside: OutsideProgram, agreement: str) -> None:
    before = outside.balance(agreement)
    reference = uuid.uuid4().hex
    with ThreadPoolExecutor(8) as pool:
        states = list(pool.map(lambda _: charge(outside, agreement, reference=reference)[1].json()["state"], range(16)))
    assert states == ["succeeded"] * 16
    assert outside.balance(agreement) == before - 1000


def test_a_reference_cannot_name_a_second_charge(outside: OutsideProgram, agreement: str) -> None:
    reference, _ = charge(outside, agreement, 1000)
    _, answer = charge(outside, agreement, 1001, reference=reference)
    assert (answer.status_code, answer.json()["code"]) == (409, "reference_reused")


def test_an_empty_bank_account_declines_for_ever(outside: OutsideProgram, agreement: str) -> None:
    outside.set_balance(agreement, 999)
    reference, answer = charge(outside, agreement)
    assert (answer.json()["state"], answer.json()["reason"]) == ("declined", "insufficient_funds")
    outside.set_balance(agreement, 5000)
    assert charge(outside, agreement, reference=reference)[1].json()["state"] == "declined"
    assert outside.balance(agreement) == 5000


def test_a_stranger_to_the_bank_is_declined(outside: OutsideProgram) -> None:
    _, answer = charge(outside, "nobody")
    assert answer.json()["reason"] == "no_such_agreement"
    outside.call("POST", "/bank/agreements", {"agreement": "agreed"}).raise_for_status()
    assert charge(outside, "agreed")[1].json()["state"] == "succeeded"


def test_the_bank_says_no_on_command(outside: OutsideProgram, agreement: str) -> None:
    outside.plan(outcome="no", reason="account_frozen", who=agreement)
    assert charge(outside, agreement)[1].json()["reason"] == "account_frozen"
    assert charge(outside, agreement)[1].json()["state"] == "succeeded"


def test_a_plan_for_one_account_leaves_the_others_alone(outside: OutsideProgram, agreement: str) -> None:
    outside.plan(outcome="no", who="demo:someone-else")
    assert charge(outside, agreement)[1].json()["state"] == "succeeded"
    assert outside.call("GET", "/faults").json()[0]["left"] == 1


@pytest.mark.parametrize(("outcome", "after"), [("yes", "succeeded"), ("never", "unknown")])
def test_a_dropped_connection_says_nothing_about_the_money(
    outside: OutsideProgram, agreement: str, outcome: str, after: str
) -> None:
    outside.plan(answer="drop", outcome=outcome)
    reference = uuid.uuid4().hex
    with pytest.raises(httpx.RemoteProtocolError):
        charge(outside, agreement, reference=reference)
    assert state(outside, reference) == after


@pytest.mark.parametrize("answer", ["error", "garbage", "huge", "redirect"])
def test_a_broken_answer_says_nothing_about_the_money(outside: OutsideProgram, agreement: str, answer: str) -> None:
    outside.plan(answer=answer)
    reference, response = charge(outside, agreement)
    assert response.status_code in (200, 302, 500)
    with pytest.raises((json.JSONDecodeError, KeyError)):
        assert response.json()["amount"]
    assert state(outside, reference) == "succeeded"


def test_a_late_answer_comes_after_the_money(outside: OutsideProgram, agreement: str) -> None:
    outside.plan(answer_after=5000)
    reference = uuid.uuid4().hex
    body = {"reference": reference, "agreement": agreement, "amount": 1000, "currency": "CNY"}
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(
            f"{outside.url}/bank/charges",
            json=body,
            headers={"authorization": f"Bearer {outside.secret}"},
            timeout=0.3,
        )
    assert state(outside, reference) == "succeeded"


def test_a_request_may_be_on_its_way_while_the_bank_knows_nothing(outside: OutsideProgram, agreement: str) -> None:
    outside.plan(unseen_for=600, answer="drop")
    reference = uuid.uuid4().hex
    with pytest.raises(httpx.RemoteProtocolError):
        charge(outside, agreement, reference=reference)
    assert state(outside, reference) == "unknown"
    assert eventually_final(outside, reference) == "succeeded"


def test_an_accepted_charge_becomes_final_and_is_told_by_a_signed_notice(
    outside: OutsideProgram, agreement: str, ear: Ear
) -> None:
    outside.plan(settle_after=100)
    reference, answer = charge(outside, agreement, notify_url=ear.url)
    assert (answer.status_code, answer.json()["state"]) == (202, "accepted")
    headers, body = ear.heard.get(timeout=10)
    assert json.loads(body)["state"] == "succeeded"
    assert json.loads(body)["reference"] == reference
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(outside.secret.encode(), signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"


def test_a_notice_can_come_before_the_answer_and_more_than_once(
    outside: OutsideProgram, agreement: str, ear: Ear
) -> None:
    outside.plan(notice_first=True, notices=2, repeats=2, answer_after=200)
    _, answer = charge(outside, agreement, notify_url=ear.url)
    first = ear.heard.get_nowait()[0]["webhook-id"]
    ids = sorted([first] + [ear.heard.get(timeout=10)[0]["webhook-id"] for _ in range(3)])
    assert answer.json()["state"] == "succeeded"
    assert ids[0] == ids[1] != ids[2] == ids[3]


def test_a_refused_notice_is_delivered_again_under_the_same_id(
    outside: OutsideProgram, agreement: str, ear: Ear
) -> None:
    ear.answers = [500]
    outside.plan(notices=1)
    charge(outside, agreement, notify_url=ear.url)
    ids = {ear.heard.get(timeout=10)[0]["webhook-id"] for _ in range(2)}
    assert len(ids) == 1


def test_a_cancelled_reference_can_never_be_charged(outside: OutsideProgram, agreement: str) -> None:
    before = outside.balance(agreement)
    reference = uuid.uuid4().hex
    assert outside.call("PUT", f"/bank/cancellations/{reference}").json()["state"] == "declined"
    assert charge(outside, agreement, reference=reference)[1].json()["reason"] == "cancelled"
    assert outside.balance(agreement) == before


def test_cancelling_comes_too_late_for_money_that_was_taken(outside: OutsideProgram, agreement: str) -> None:
    reference, _ = charge(outside, agreement)
    assert outside.call("PUT", f"/bank/cancellations/{reference}").json()["state"] == "succeeded"


@pytest.mark.parametrize("kill", [True, False])
def test_charges_messages_and_plans_survive_a_restart(outside: OutsideProgram, agreement: str, kill: bool) -> None:
    reference, _ = charge(outside, agreement)
    outside.call("POST", "/sms", {"to": agreement[5:25], "text": "hello"}).raise_for_status()
    outside.plan(outcome="no")
    outside.stop(kill=kill)
    outside.start()
    assert state(outside, reference) == "succeeded"
    assert outside.messages(agreement[5:25])[0]["text"] == "hello"
    assert charge(outside, agreement)[1].json()["state"] == "declined"


def test_it_stops_at_once_with_code_zero_even_while_an_answer_is_late(tmp_path: Path) -> None:
    program = OutsideProgram(tmp_path)
    program.start()
    program.plan(answer_after=60_000)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(charge, program, "demo:late")
        while program.call("GET", "/faults").json() != []:
            time.sleep(0.01)
        assert program.stop() == 0
        assert isinstance(waiting.exception(), httpx.TransportError)
    program.close()


def test_messages_come_newest_first_and_only_those_of_the_number(outside: OutsideProgram) -> None:
    phone = uuid.uuid4().hex[:11]
    for text in ("your code is 111111", "your code is 222222"):
        outside.call("POST", "/sms", {"to": phone, "text": text}).raise_for_status()
    outside.call("POST", "/sms", {"to": "else", "text": "not yours"}).raise_for_status()
    assert [message["text"] for message in outside.messages(phone)] == ["your code is 222222", "your code is 111111"]


def test_a_message_that_is_sent_again_under_its_key_arrives_once(outside: OutsideProgram) -> None:
    phone = uuid.uuid4().hex[:11]
    headers = {"authorization": f"Bearer {outside.secret}", "idempotency-key": uuid.uuid4().hex}
    for _ in range(2):
        sent = httpx.post(f"{outside.url}/sms", json={"to": phone, "text": "hello"}, headers=headers)
        assert sent.status_code == 202
    assert len(outside.messages(phone)) == 1


def test_a_message_can_be_lost(outside: OutsideProgram) -> None:
    phone = uuid.uuid4().hex[:11]
    outside.plan(on="sms", who=phone, outcome="never", answer="drop")
    with pytest.raises(httpx.RemoteProtocolError):
        outside.call("POST", "/sms", {"to": phone, "text": "lost"})
    assert outside.messages(phone) == []


@pytest.mark.parametrize("path", ["/sms", "/bank/charges/x", "/faults", "/health"])
def test_without_the_secret_nothing_is_told(outside: OutsideProgram, path: str) -> None:
    assert httpx.get(outside.url + path).status_code == 401
    assert httpx.get(outside.url + path, headers={"authorization": "Bearer wrong"}).status_code == 401


@pytest.mark.parametrize("body", [{}, {"reference": "r"}, [], "text", None])
def test_a_malformed_charge_is_a_400_and_takes_nothing(outside: OutsideProgram, body: object) -> None:
    assert outside.call("POST", "/bank/charges", body).status_code == 400


@pytest.mark.parametrize("amount", [0, -1])
def test_a_charge_of_nothing_is_refused(outside: OutsideProgram, agreement: str, amount: int) -> None:
    assert charge(outside, agreement, amount)[1].json() == {"code": "bad_amount"}


def test_a_body_beyond_64_kb_is_refused(outside: OutsideProgram) -> None:
    assert outside.call("POST", "/sms", {"to": "1", "text": "x" * 70_000}).status_code == 413


def test_the_secret_is_made_once_and_is_private(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(secret, [tmp_path] * 8))
    assert len(found) == 1
    assert (tmp_path / "secret").stat().st_mode & 0o077 == 0


def test_a_taken_port_is_said_plainly(outside: OutsideProgram, tmp_path: Path) -> None:
    port = outside.url.rpartition(":")[2]
    command = [sys.executable, "-m", "openhall.demo.outside", "--port", port, "--data", str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert f"port {port} cannot be used" in ended.stderr
