"""Serve: ``python -m shimin.sandbox.wechat_pay --port 8143 --keys-dir … --data-dir …``."""

import sys

from ..cashier.server import serve
from .keys import ensure_keys
from .server import Server

if __name__ == "__main__":
    sys.exit(serve("wechat_pay", ensure_keys, Server))
