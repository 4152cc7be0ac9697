"""The worker process: relays events, seals the audit, runs periodic jobs. ``python -m shimin.project.worker``.

Several may run, on several machines: locks in the database give each piece of work to one of them.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from types import FrameType

import django


def main() -> int:
    """Run until SIGTERM or SIGINT; return 0 after an orderly end, 1 when a loop had to be left behind."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shimin.project.settings")
    os.environ.setdefault("SHIMIN_PROCESS", "worker")
    django.setup()
    from shimin.kernel.worker.loops import run_loops

    stop = threading.Event()

    def end(signum: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    return 0 if run_loops(stop) else 1


if __name__ == "__main__":
    sys.exit(main())
