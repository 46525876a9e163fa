"""Run the demo bank's file door: `python -m openhall.demo.clearing --files data/bank --data data/clearing`."""

import argparse
import signal
import sys
import threading
from pathlib import Path

from openhall.core import ledger
from openhall.demo.clearing.bank import Clearing

# Seconds between two looks into the folder: a person who watches should see something happen.
PAUSE_S = 1


def main() -> int:
    """Look again and again until SIGTERM, SIGINT or, with `--with-parent`, until standard input closes."""
    parser = argparse.ArgumentParser(prog="python -m openhall.demo.clearing", description="The demo bank, by files.")
    parser.add_argument("--files", type=Path, required=True, help="the folder that it shares with the hall")
    parser.add_argument("--data", type=Path, required=True, help="folder of its own books")
    parser.add_argument("--account", required=True, help="number of the hall's account")
    parser.add_argument("--zone", default="Asia/Shanghai", help="time zone of its days")
    parser.add_argument("--with-parent", action="store_true", help="stop when standard input closes")
    asked = parser.parse_args()
    stop = threading.Event()

    def stop_with_parent() -> None:
        sys.stdin.read()
        stop.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    if asked.with_parent:
        threading.Thread(target=stop_with_parent, daemon=True).start()
    ledger.use_calendar(asked.zone)
    bank = Clearing(asked.files, asked.data, account=asked.account)
    while not stop.wait(PAUSE_S):
        bank.step()
    bank.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
