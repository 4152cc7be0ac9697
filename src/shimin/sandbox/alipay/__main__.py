"""Serve: ``python -m shimin.sandbox.alipay --port 8141 --keys-dir … --data-dir …``."""

import sys

from ..cashier.server import serve
from .keys import ensure_keys
from .server import Server

if __name__ == "__main__":
    sys.exit(serve("alipay", ensure_keys, Server))
