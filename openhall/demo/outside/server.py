"""The HTTP side, on the standard library's threading server: it is small, and it can drop a connection at any point."""

import hmac
import socket
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Annotated, Any
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec
from msgspec import Meta, Struct

from openhall.demo.outside import bank, cards, hosted, register
from openhall.demo.outside.books import Books
from openhall.demo.outside.faults import PLAIN, Plan
from openhall.demo.outside.notices import Notices

_MOST_BODY = 64 * 1024
_MOST_AT_ONCE = 128


class Message(Struct, frozen=True, forbid_unknown_fields=True):
    """A text message to deliver."""

    to: Annotated[str, Meta(min_length=1, max_length=32)]
    text: Annotated[str, Meta(min_length=1, max_length=1000)]


class Mail(Struct, frozen=True, forbid_unknown_fields=True):
    """An e-mail to deliver."""

    to: Annotated[str, Meta(min_length=3, max_length=254)]
    subject: Annotated[str, Meta(min_length=1, max_length=200)]
    text: Annotated[str, Meta(min_length=1, max_length=10_000)]


class Balance(Struct, frozen=True, forbid_unknown_fields=True):
    """How much money a bank account shall have, in minor units."""

    balance: Annotated[int, Meta(ge=0, le=10**15)]


class Agreement(Struct, frozen=True, forbid_unknown_fields=True):
    """The holder agrees to be charged under this id."""

    agreement: Annotated[str, Meta(min_length=1, max_length=200)]


class Answer(Exception):  # noqa: N818  (it ends a request early with this answer; it is not an error of ours)
    """Answer with this status and body."""

    def __init__(self, status: int, body: object) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


class Outside(ThreadingHTTPServer):
    """The program: bank, card processor, gateways, register of residents and control, on one port of this machine."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, books: Books, key: str) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.books = books
        self.key = key
        self.notices = Notices(books, key)
        self._places = threading.BoundedSemaphore(_MOST_AT_ONCE)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection in its own thread; beyond `_MOST_AT_ONCE`, new ones wait in the queue of the socket."""
        self._places.acquire()
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """As inherited, and give the place back."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away in the middle is nothing to write about."""


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Outside
    protocol_version = "HTTP/1.1"
    timeout = 15  # an idle connection is closed after so many seconds

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (inherited)
        """Quiet."""

    def _serve(self) -> None:
        plan, status, body = PLAIN, 500, None
        try:
            parts = urlsplit(self.path)
            content = self._content()
            if parts.path.startswith(hosted.PATH):
                self._show(parts.path.removeprefix(hosted.PATH), parse_qs(parts.query), content)
                return
            self._check_secret()
            route = ROUTES.get((self.command, _shape(parts.path)))
            if route is None:
                raise Answer(404, {"code": "no_such_route"})
            name = unquote(parts.path.rsplit("/", 1)[1]) if "{" in _shape(parts.path) else ""
            plan, status, body = route(
                self.server, Call(name, parse_qs(parts.query), content, self.headers.get("idempotency-key"))
            )
        except Answer as answer:
            status, body = answer.status, answer.body
        except msgspec.MsgspecError as problem:
            status, body = 400, {"code": "malformed", "detail": str(problem)}
        time.sleep(plan.answer_after / 1000)
        self._misbehave(plan) if plan.answer != "plain" else self._answer(status, msgspec.json.encode(body))

    do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815  (inherited)

    def _show(self, reference: str, query: dict[str, list[str]], content: bytes) -> None:
        """A page for a person's browser, who has no secret but the page's own address."""
        books, key = self.server.books, self.server.key
        shown = hosted.serve(books, key, self.command, unquote(reference), query, content)
        headers = {"content-type": "text/html; charset=utf-8", "cache-control": "no-store"}
        if shown.location is not None:
            headers["location"] = shown.location
        self._answer(shown.status, shown.body.encode(), **headers)

    def _content(self) -> bytes:
        length = self.headers.get("content-length", "0")
        if not length.isdigit() or int(length) > _MOST_BODY:
            self.close_connection = True
            raise Answer(413, {"code": "too_large"})
        return self.rfile.read(int(length))

    def _check_secret(self) -> None:
        given = self.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self.server.key}".encode()):
            raise Answer(401, {"code": "wrong_secret"})

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"content-type": "application/json", "content-length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _misbehave(self, plan: Plan) -> None:
        match plan.answer:
            case "error":
                self._answer(500, b'{"code":"internal"}')
            case "garbage":
                self._answer(200, b'{"state": "succeeded", "amount')
            case "huge":
                self._answer(200, b'{"state":"' + b"x" * 4_000_000 + b'"}')
            case "cut":
                self.close_connection = True
                self.wfile.write(b'HTTP/1.1 200 OK\r\ncontent-length: 4000\r\n\r\n{"answer":')
            case "wrong":
                self._answer(200, b'{"answer": "perhaps"}')
            case "redirect":
                self._answer(302, b"", location="http://127.0.0.1:9/elsewhere")
            case _:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)


class Call(Struct, frozen=True):
    """What a route gets: the last part of the path, the query, the body, the header Idempotency-Key."""

    name: str
    query: dict[str, list[str]]
    content: bytes
    key: str | None


Reply = tuple[Plan, int, object]


def _shape(path: str) -> str:
    for prefix in (
        "/bank/charges/",
        "/bank/accounts/",
        "/bank/cancellations/",
        "/cards/checkouts/",
        "/cards/cancellations/",
        "/cards/refunds/",
    ):
        if path.startswith(prefix):
            return prefix + "{name}"
    return path


def agree(outside: Outside, call: Call) -> Reply:
    asked = msgspec.json.decode(call.content, type=Agreement)
    return PLAIN, 200, bank.agree(outside.books, asked.agreement)


def charge(outside: Outside, call: Call) -> Reply:
    asked = msgspec.json.decode(call.content, type=bank.ChargeRequest)
    if asked.amount < 1:
        raise Answer(400, {"code": "bad_amount"})
    plan = outside.books.next_plan("charge", asked.agreement)
    if plan.outcome == "never":
        return plan, 503, {"code": "unavailable"}
    try:
        made = bank.charge(outside.books, asked, plan)
    except bank.ReusedError:
        return plan, 409, {"code": "reference_reused"}
    if plan.notice_first:
        outside.notices.deliver(asked.reference)
    return plan, 202 if made.state == "accepted" else 200, made


def query(outside: Outside, call: Call) -> Reply:
    plan = outside.books.next_plan("query", None)
    found = bank.query(outside.books, call.name)
    return (plan, 404, {"code": "unknown_reference"}) if found is None else (plan, 200, found)


def cancel(outside: Outside, call: Call) -> Reply:
    plan = outside.books.next_plan("cancel", None)
    if plan.outcome == "never":
        return plan, 503, {"code": "unavailable"}
    return plan, 200, bank.cancel(outside.books, call.name)


def account(outside: Outside, call: Call) -> Reply:
    return PLAIN, 200, bank.agree(outside.books, call.name)


def set_balance(outside: Outside, call: Call) -> Reply:
    asked = msgspec.json.decode(call.content, type=Balance)
    return PLAIN, 200, bank.set_balance(outside.books, call.name, asked.balance)


def send_message(outside: Outside, call: Call) -> Reply:
    message = msgspec.json.decode(call.content, type=Message)
    plan = outside.books.next_plan("sms", message.to)
    if plan.outcome != "never":
        outside.books.add_message(message.to, message.text, call.key)
    return plan, 503 if plan.outcome == "never" else 202, {}


def messages(outside: Outside, call: Call) -> Reply:
    return PLAIN, 200, outside.books.messages(call.query.get("to", [""])[0])


def send_mail(outside: Outside, call: Call) -> Reply:
    mail = msgspec.json.decode(call.content, type=Mail)
    plan = outside.books.next_plan("mail", mail.to)
    if plan.outcome != "never":
        outside.books.add_message(mail.to, mail.text, call.key)
    return plan, 503 if plan.outcome == "never" else 202, {}


def match(outside: Outside, call: Call) -> Reply:
    asked = msgspec.json.decode(call.content, type=register.Question)
    return outside.books.next_plan("register", asked.national_id), 200, register.match(asked)


def parents(outside: Outside, call: Call) -> Reply:
    asked = msgspec.json.decode(call.content, type=register.Kinship)
    return outside.books.next_plan("register", asked.child), 200, register.is_parent(asked)


def checkout(outside: Outside, call: Call) -> Reply:
    asked = msgspec.json.decode(call.content, type=cards.CheckoutRequest)
    plan = outside.books.next_plan("checkout", None)
    if plan.outcome == "never":
        return plan, 503, {"code": "unavailable"}
    base = f"http://127.0.0.1:{outside.server_address[1]}"
    try:
        page = hosted.address(base, outside.key, asked.reference)
        return plan, 200, cards.open_checkout(outside.books, asked, plan, page)
    except cards.ReusedError:
        return plan, 409, {"code": "reference_reused"}


def query_checkout(outside: Outside, call: Call) -> Reply:
    plan = outside.books.next_plan("card_query", None)
    found = cards.query(outside.books, call.name)
    return (plan, 404, {"code": "unknown_reference"}) if found is None else (plan, 200, found)


def cancel_checkout(outside: Outside, call: Call) -> Reply:
    plan = outside.books.next_plan("card_cancel", None)
    if plan.outcome == "never":
        return plan, 503, {"code": "unavailable"}
    return plan, 200, cards.cancel(outside.books, call.name)


def refund(outside: Outside, call: Call) -> Reply:
    asked = msgspec.json.decode(call.content, type=cards.RefundRequest)
    plan = outside.books.next_plan("refund", None)
    if plan.outcome == "never":
        return plan, 503, {"code": "unavailable"}
    try:
        return plan, 200, cards.refund(outside.books, asked, plan)
    except cards.ReusedError:
        return plan, 409, {"code": "reference_reused"}


def query_refund(outside: Outside, call: Call) -> Reply:
    plan = outside.books.next_plan("card_query", None)
    found = cards.query_refund(outside.books, call.name)
    return (plan, 404, {"code": "unknown_reference"}) if found is None else (plan, 200, found)


def add_fault(outside: Outside, call: Call) -> Reply:
    outside.books.add_plan(msgspec.json.decode(call.content, type=Plan))
    return PLAIN, 201, outside.books.plans()


def faults(outside: Outside, call: Call) -> Reply:
    return PLAIN, 200, outside.books.plans()


def clear_faults(outside: Outside, call: Call) -> Reply:
    outside.books.clear_plans()
    return PLAIN, 200, []


def health(outside: Outside, call: Call) -> Reply:
    return PLAIN, 200, {"ok": True}


ROUTES: dict[tuple[str, str], Callable[[Outside, Call], Reply]] = {
    ("POST", "/bank/agreements"): agree,
    ("POST", "/bank/charges"): charge,
    ("GET", "/bank/charges/{name}"): query,
    ("PUT", "/bank/cancellations/{name}"): cancel,
    ("GET", "/bank/accounts/{name}"): account,
    ("PUT", "/bank/accounts/{name}"): set_balance,
    ("POST", "/cards/checkouts"): checkout,
    ("GET", "/cards/checkouts/{name}"): query_checkout,
    ("PUT", "/cards/cancellations/{name}"): cancel_checkout,
    ("POST", "/cards/refunds"): refund,
    ("GET", "/cards/refunds/{name}"): query_refund,
    ("POST", "/sms"): send_message,
    ("GET", "/sms"): messages,
    ("POST", "/mail"): send_mail,
    ("GET", "/mail"): messages,
    ("POST", "/register/matches"): match,
    ("POST", "/register/parents"): parents,
    ("POST", "/faults"): add_fault,
    ("GET", "/faults"): faults,
    ("DELETE", "/faults"): clear_faults,
    ("GET", "/health"): health,
}
