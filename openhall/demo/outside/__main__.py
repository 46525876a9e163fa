"""Run the outside world: `python -m openhall.demo.outside --port 8090 --data data/outside`."""

import argparse
import signal
import sys
import threading
from pathlib import Path

from openhall.demo.outside.books import Books
from openhall.demo.outside.keys import secret
from openhall.demo.outside.server import Outside


def main() -> int:
    """Serve until SIGTERM, SIGINT or, with `--with-parent`, until standard input closes."""
    parser = argparse.ArgumentParser(
        prog="python -m openhall.demo.outside", description="The demo bank, SMS gateway and register."
    )
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one (default)")
    parser.add_argument("--data", type=Path, required=True, help="folder of its books and its secret")
    parser.add_argument("--with-parent", action="store_true", help="stop when standard input closes")
    asked = parser.parse_args()
    key = secret(asked.data)
    books = Books(asked.data / "outside.sqlite")
    try:
        outside = Outside(asked.port, books, key)
    except OSError as problem:
        print(f"port {asked.port} cannot be used: {problem.strerror}", file=sys.stderr)
        return 1

    def stop(*_: object) -> None:
        # shutdown() waits for the loop below, which must not wait for itself.
        threading.Thread(target=outside.shutdown, daemon=True).start()

    def stop_with_parent() -> None:
        sys.stdin.read()
        stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    if asked.with_parent:
        threading.Thread(target=stop_with_parent, daemon=True).start()
    outside.notices.start()
    print(f"http://127.0.0.1:{outside.server_address[1]}", flush=True)
    outside.serve_forever(poll_interval=0.05)
    outside.notices.stop()
    outside.server_close()
    books.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
