"""A network between a phone and the hall that can fail: a TCP relay that a test cuts, mends or lets die in silence."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Relay:
    """Carries what comes to `url` to a port of this machine, and back."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._lock = threading.Lock()
        self._carried: list[tuple[socket.socket, socket.socket]] = []
        self._asked: dict[socket.socket, bytes] = {}
        self._dead: set[socket.socket] = set()
        self._listener = self._listen(0)
        self.port = int(self._listener.getsockname()[1])
        self.url = f"http://localhost:{self.port}"

    def cut(self) -> None:
        """Break every connection and refuse new ones."""
        _close(self._listener)
        with self._lock:
            for pair in self._carried:
                for end in pair:
                    _close(end)
            self._carried.clear()

    def mend(self) -> None:
        """Carry again, at the same address."""
        self._listener = self._listen(self.port)

    def forget(self, asked: str) -> None:
        """Carry nothing more where a request for this was carried last, and tell neither side; the others work."""
        with self._lock:
            for pair in self._carried:
                if asked.encode() in self._asked.get(pair[0], b""):
                    self._dead |= set(pair)

    def _listen(self, port: int) -> socket.socket:
        listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        return listener

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self._to))
            except OSError:
                near.close()
                continue
            with self._lock:
                self._carried.append((near, far))
            for pair in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=pair, daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while block := source.recv(65_536):
                self._asked[source] = block[:200]
                if source not in self._dead:
                    sink.sendall(block)
            if source not in self._dead:
                sink.shutdown(socket.SHUT_WR)


def _close(end: socket.socket) -> None:
    # Closing alone would not wake the thread that waits on it.
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()


@contextmanager
def relay(port: int) -> Iterator[Relay]:
    """A relay to a port of this machine."""
    between = Relay(port)
    try:
        yield between
    finally:
        between.cut()
