"""The outside world of the demo city, as a small real program: a bank, a card processor, the gateways of text messages
and e-mail, and a register of residents.

    python -m openhall.demo.outside --port 8090 --data data/outside

The hall's connectors talk to it over HTTP exactly as they would to a real bank, so the same code runs in the demo, in
the tests and in production. It imports nothing of the hall and keeps its own books in SQLite: stopped or killed, it
still knows every charge it was asked for. Who is in the register stands in `register.RESIDENTS`. It misbehaves on
command (`POST /faults`, see `faults.Plan`).

Every request carries `Authorization: Bearer <secret>`; the secret is in `<data>/secret` (see `secret`). The bank signs
its notices with the same secret (see `notices.sign`).
"""

from openhall.demo.outside.faults import Plan
from openhall.demo.outside.keys import secret

__all__ = ["Plan", "secret"]
