"""The signed callbacks of bank and card processor, in the shape of Standard Webhooks: id, timestamp, HMAC-SHA256 over
all three parts."""

import base64
import hashlib
import hmac
import http.client
import threading
import time
from urllib.parse import urlsplit

import msgspec

from openhall.demo.outside import bank, cards
from openhall.demo.outside.books import Books, Row, now

_MOST_TRIES = 8
_PATIENCE = 5  # seconds we wait for the hall to answer
_FIELDS = ("reference", "state", "amount", "currency", "at", "reason", "card")


def sign(key: str, notice_id: str, timestamp: int, body: bytes) -> str:
    """The value of the header `webhook-signature`."""
    signed = f"{notice_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key.encode(), signed, hashlib.sha256).digest()).decode()


class Notices:
    """A thread that settles what is due and delivers what is to be told, with growing pauses after a failure."""

    def __init__(self, books: Books, key: str) -> None:
        self._books = books
        self._key = key
        self._stop = threading.Event()
        self._delivering = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="notices", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, after the delivery that is under way."""
        self._stop.set()
        self._thread.join(_PATIENCE + 1)

    def deliver(self, reference: str | None = None) -> None:
        """Deliver the notices that are due, of one charge or of all."""
        with self._delivering:
            bank.settle_due(self._books)
            cards.settle_due(self._books)
            with self._books.transaction():
                due = self._books.rows("due_notices", now=now(), reference=reference)
                due += self._books.rows("due_card_notices", now=now()) if reference is None else []
            for notice in due:
                self._deliver(notice)

    def _run(self) -> None:
        while not self._stop.wait(0.05):
            self.deliver()

    def _deliver(self, notice: Row) -> None:
        delivered = self._post(notice)
        with self._books.transaction():
            if delivered:
                self._books.run("notice_delivered", id=notice["id"])
            else:
                pause = 500 * 2 ** notice["tries"]
                self._books.run("notice_failed", id=notice["id"], due_at=now() + pause, most=_MOST_TRIES)

    def _post(self, notice: Row) -> bool:
        body = msgspec.json.encode({field: notice[field] for field in _FIELDS if notice.get(field) is not None})
        moment = int(time.time())
        headers = {
            "content-type": "application/json",
            "webhook-id": notice["id"],
            "webhook-timestamp": str(moment),
            "webhook-signature": sign(self._key, notice["id"], moment, body),
        }
        url = urlsplit(notice["notify_url"])
        kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
        connection = kind(url.hostname or "", url.port, timeout=_PATIENCE)
        try:
            connection.request("POST", url.path, body, headers)
            return 200 <= connection.getresponse().status < 300
        except (OSError, http.client.HTTPException):  # Refused, unreachable, too slow or broken: try again later.
            return False
        finally:
            connection.close()
