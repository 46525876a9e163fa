"""What `openhall demo` says once the city is open."""

import io
import json
import sys
from pathlib import Path

import segno
from rich.console import Console

from openhall.demo import lan


def show(console: Console, port: int, facts: Path, settings: Path) -> None:
    """Print where to go and who to be. `facts` is what openhall.demo.load wrote."""
    city = json.loads(facts.read_text(encoding="utf-8"))
    here = f"http://localhost:{port}"
    lines = [
        "",
        "[bold]The hall is open.[/]",
        f"  Resident app        {here}/",
        f"  Till of the stall   {here}{city['till']}",
        f"  Demo phone          {here}/demo",
        f"  API docs            {here}/docs",
        "",
        "[bold]Sign in[/] with one of these phones; the code arrives at the address beside it.",
        *(f"  {one['phone']}  {here}/demo/phone/{one['phone']}  {_who(one)}" for one in city["people"]),
    ]
    if address := lan.address():
        url = f"http://{address}:{port}/"
        lines += ["", f"[bold]From a phone[/] in the same network: {url}", _drawn(url)]
    lines += [
        f"A wholesale market and its ninety days:  {sys.argv[0]} demo market --data {settings.parent}",
        f"  then also {city['manager']['phone']}  {_who(city['manager'])}",
        f"Prove the books:  OPENHALL_CONFIG={settings} {sys.argv[0]} check",
        "Operators act by a code here (operator_level = 1); a hall of your own asks them for a passkey.",
        "Ctrl-C stops everything; the data stays.",
    ]
    # One line stays one line, however narrow the terminal: an address that is cut cannot be opened.
    console.print("\n".join(lines), soft_wrap=True)


def _who(person: dict[str, str]) -> str:
    return f"{person['name']}. {person['note']}"


def _drawn(url: str) -> str:
    """The QR code of an address in half blocks, light on dark as terminals mostly are."""
    drawn = io.StringIO()
    segno.make(url, error="l").terminal(out=drawn, border=2, compact=True)
    return drawn.getvalue()
