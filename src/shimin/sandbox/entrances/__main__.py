"""Serve: ``python -m shimin.sandbox.entrances --port 8142``."""

import argparse
import signal
import sys
from types import FrameType

from .server import Server


def main() -> int:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m shimin.sandbox.entrances", description="Other platforms' logins.")
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    server = Server(options.port)

    def end(signum: int, frame: FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    sys.stdout.write(f"entrances http://127.0.0.1:{options.port}\n")
    sys.stdout.flush()
    server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
