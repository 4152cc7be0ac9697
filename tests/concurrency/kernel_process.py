"""A relay in a process of its own, for tests that kill it: ``python -m tests.concurrency.kernel_process``.

Its one subscriber writes each event into the table relay_probe, slowly enough to be killed half-way.
"""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shimin.project.settings")
django.setup()

from django.db import connection  # noqa: E402

from shimin.kernel import clock  # noqa: E402
from shimin.kernel.events import Delivery, DomainEvent, Registry  # noqa: E402
from shimin.kernel.events.relay import relay_batch  # noqa: E402
from shimin.kernel.worker.loops import Loop, run_loops  # noqa: E402


@dataclass(frozen=True, slots=True)
class Probed(DomainEvent):
    """Something to be delivered exactly once."""

    name = "kernel_test.probed"
    number: int


def on_probed(event: Probed, delivery: Delivery) -> None:
    """Leave a trace in the relay's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO relay_probe (aggregate_id, number) VALUES (%s, %s)", [delivery.aggregate_id, event.number]
        )
    time.sleep(0.004)


def main() -> None:
    registry = Registry()
    registry.types[Probed.name] = Probed
    registry.handlers[Probed.name] = [on_probed]
    step = Loop("relay", lambda: relay_batch(clock.now(), limit=10, events=registry) > 0, 0.01, 0.05)
    run_loops(threading.Event(), [step])


if __name__ == "__main__":
    main()
