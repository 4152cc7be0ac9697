"""Serve: ``python -m shimin.sandbox.wechat_pay --port 8143 --keys-dir … --data-dir …``."""

import argparse
import signal
import sys
from pathlib import Path
from types import FrameType

from ..alipay.books import Books
from ..keys import ensure_token
from .keys import ensure_keys
from .server import Server, ServerPlan


def main() -> int:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(
        prog="python -m shimin.sandbox.wechat_pay", description="A stand-in for WeChat Pay."
    )
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--keys-dir", type=Path, required=True)
    parser.add_argument("--data-dir", type=Path, required=True)
    options = parser.parse_args()
    options.data_dir.mkdir(parents=True, exist_ok=True)
    keys = ensure_keys(options.keys_dir / "wechat_pay")
    plan = ServerPlan(
        keys, Books(options.data_dir / "wechat_pay.sqlite3"), ensure_token(options.keys_dir), options.port
    )
    server = Server(plan)

    def end(signum: int, frame: FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    sys.stdout.write(f"wechat_pay http://127.0.0.1:{options.port}\n")
    sys.stdout.flush()
    server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
