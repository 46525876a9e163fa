"""A receiver as merchants write them: a real HTTP server that notes what it gets, and misbehaves when it is told to."""

import socket
import ssl
import threading
from collections import deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from msgspec import Struct

PEM = Path(__file__).with_name("receiver.pem")


class Got(Struct, frozen=True):
    """A request as it arrived; header names in small letters."""

    path: str
    headers: dict[str, str]
    body: bytes


Answer = Callable[[BaseHTTPRequestHandler], None]


class Receiver:
    """A server on this machine. It answers 204, or what is next in `answers`."""

    def __init__(self, *, tls: bool = False) -> None:
        self.got: list[Got] = []
        self.answers: deque[Answer] = deque()
        self.arrived = threading.Semaphore(0)
        self.release = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(PEM)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?shop=1"

    def next(self, *answers: Answer) -> None:
        """Answer the next requests so."""
        self.answers.extend(answers)

    def ids(self) -> list[str]:
        """The ids of what arrived, in order."""
        return [got.headers["webhook-id"] for got in self.got]

    def close(self) -> None:
        self.release.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                names = {name.lower(): value for name, value in self.headers.items()}
                receiver.got.append(Got(self.path, names, body))
                answer = receiver.answers.popleft() if receiver.answers else status(204)
                receiver.arrived.release()
                answer(self)

            def log_message(self, *args: Any) -> None:
                pass

            def handle(self) -> None:
                # Callers that hang up in the middle are part of the story.
                try:
                    super().handle()
                except OSError:
                    self.close_connection = True

        return Handler


def status(code: int, **headers: str) -> Answer:
    """Answer with a status."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("content-length", "0")
        handler.end_headers()

    return answer


def hang(release: threading.Event) -> Answer:
    """Say nothing until released, and nothing then."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        release.wait(60)
        handler.close_connection = True

    return answer


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    """Close the connection without a word."""
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


def nonsense(handler: BaseHTTPRequestHandler) -> None:
    """Speak something that is not HTTP."""
    handler.wfile.write(b"220 mail.example ESMTP\r\n")
    handler.close_connection = True


def flood(code: int) -> Answer:
    """Answer, and then never stop talking."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        handler.send_header("transfer-encoding", "chunked")
        handler.end_headers()
        part = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
        while True:
            handler.wfile.write(part)

    return answer
