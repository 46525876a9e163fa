"""The page of the demo card processor, where a person types a card: of its own, so that no hall ever sees a number."""

import hashlib
import hmac
import html
from urllib.parse import parse_qs

from msgspec import Struct

from openhall.demo.outside import cards
from openhall.demo.outside.books import Books, Row

PATH = "/cards/pay/"

_FRAME = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>
body {{ font: 18px/1.5 system-ui, sans-serif; max-width: 26em; margin: 0 auto; padding: 1em; color: #1c2430 }}
input, button {{ font: inherit; width: 100%; box-sizing: border-box; padding: .7em; margin: .3em 0 1em }}
button {{ background: #17418f; color: #fff; border: 0; border-radius: .4em }}
button[value=no] {{ background: #fff; color: #17418f; border: 1px solid }}
[role=alert] {{ color: #a11212 }} code {{ white-space: nowrap }}
</style></head><body><main><p>Demo card processor. This is not the hall.</p>
<h1>{title}</h1>{body}</main></body></html>"""
_FORM = """<p>{amount}</p>{wrong}<form method="post"><label for="number">Card number</label>
<input id="number" name="number" inputmode="numeric" autocomplete="cc-number" required>
<button>Pay {amount}</button></form><p>Test cards, with any bank:</p><ul>{listed}</ul>"""
_ASK = """<p>Your card {card}: {amount}.</p>{wrong}<form method="post">
<label for="code">Code from your bank ({code})</label>
<input id="code" name="code" inputmode="numeric" autocomplete="one-time-code">
<button name="answer" value="yes">Confirm</button><button name="answer" value="no">Cancel</button></form>"""
_HINTS = {
    "4242424242424242": "is paid",
    "4000000000003220": "its bank asks you for a code",
    "4000000000000002": "is declined",
    "4000000000009995": "has not enough money",
    "4000000000000077": "is paid, but the answer comes late",
    "4000000000005126": "is paid, but takes no money back",
}


class Shown(Struct, frozen=True):
    """A page with its status, or where to go instead."""

    status: int
    body: str = ""
    location: str | None = None


def token(key: str, reference: str) -> str:
    """Who has the address of a page may pay there: it cannot be guessed from the reference."""
    return hmac.new(key.encode(), f"page {reference}".encode(), hashlib.sha256).hexdigest()[:32]


def address(base: str, key: str, reference: str) -> str:
    """The address of a checkout's page."""
    return f"{base}{PATH}{reference}?t={token(key, reference)}"


def serve(books: Books, key: str, method: str, reference: str, query: dict[str, list[str]], content: bytes) -> Shown:
    """The page of a checkout, or what comes of its form."""
    row = cards.find(books, reference)
    given = query.get("t", [""])[0]
    if row is None or not hmac.compare_digest(given.encode(), token(key, reference).encode()):
        return Shown(404, _FRAME.format(title="No such page", body=""))
    if row["state"] != "open":
        return Shown(303, location=row["return_url"])
    form = {name: values[0] for name, values in parse_qs(content.decode("utf-8", "replace")).items()}
    if method == "GET" or not form:
        return _card_form(row)
    return _confirm(books, row, form) if "answer" in form else _card(books, row, form)


def _card(books: Books, row: Row, form: dict[str, str]) -> Shown:
    number = "".join(digit for digit in form.get("number", "") if digit.isdigit())
    if number not in cards.CARDS:
        return _card_form(row, "This is none of the test cards.")
    if cards.choose(books, row["reference"], number):
        return _ask(cards.find(books, row["reference"]) or row)
    return _done(books, row, confirmed=True)


def _confirm(books: Books, row: Row, form: dict[str, str]) -> Shown:
    if form["answer"] == "yes" and form.get("code") != cards.CODE:
        return _ask(row, "This code is not right.")
    return _done(books, row, confirmed=form["answer"] == "yes")


def _done(books: Books, row: Row, *, confirmed: bool) -> Shown:
    cards.pay(books, row["reference"], books.next_plan("card", None), confirmed=confirmed)
    return Shown(303, location=row["return_url"])


def _card_form(row: Row, wrong: str = "") -> Shown:
    listed = "".join(f"<li><code>{number}</code> {hint}</li>" for number, hint in _HINTS.items())
    body = _FORM.format(amount=_amount(row), wrong=_alert(wrong), listed=listed)
    return Shown(200, _FRAME.format(title="Pay by card", body=body))


def _ask(row: Row, wrong: str = "") -> Shown:
    body = _ASK.format(amount=_amount(row), card=html.escape(row["card"]), code=cards.CODE, wrong=_alert(wrong))
    return Shown(200, _FRAME.format(title="Your bank asks", body=body))


def _alert(text: str) -> str:
    return f'<p role="alert">{text}</p>' if text else ""


def _amount(row: Row) -> str:
    return f"{html.escape(row['currency'])} {row['amount'] // 100}.{row['amount'] % 100:02d}"
