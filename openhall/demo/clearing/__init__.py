"""The demo bank's other door: payouts by files, as one small real program on the other side of the shared folder.

    python -m openhall.demo.clearing --files data/bank --data data/clearing --account 6200000...

It takes pain.001 files from out/, books them in SQLite, and lays into in/ what a bank says: a pain.002 at once, a
camt.054 when it has booked, a camt.053 at the end of its day. Killed at any point it goes on where it was. It
misbehaves by plan (`plans.Plan`, lines of JSON in `<data>/plans.jsonl`), and ends its day early when a file
`<data>/end-day` appears. It reads and writes with the same code as the hall.
"""

from openhall.demo.clearing.bank import Clearing
from openhall.demo.clearing.plans import Plan

__all__ = ["Clearing", "Plan"]
