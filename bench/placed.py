"""``python -m bench.placed SECONDS``: orders placed one after another by the operation, as the web's login.

Prints a rate. No page and no keeper in between: what the keeper says is given.
"""

from __future__ import annotations

import json
import os
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shimin.project.settings")
django.setup()


def main(seconds: float) -> None:
    """Place orders for so long."""
    from shimin.capabilities.payments.operations.placing import place
    from shimin.capabilities.payments.public import Owed
    from shimin.kernel import clock
    from shimin.kernel.actor import ANONYMOUS
    from shimin.kernel.ids import new_id

    run, count = new_id(), 0
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        owed = Owed(
            kind="bench", ref=f"placed-{run}-{count}", title="量一量", amount_fen=20_000, city_code="430100",
            payee_code="agency:77", payee_name="演示单位", agency_id=77, item_code="103050101",
        )  # fmt: skip
        key = f"placed-{run}-{count}"
        place(actor=ANONYMOUS, owed=[owed], purpose="bench", idempotency_key=key, now=clock.now())
        count += 1
    print(json.dumps(count / (time.perf_counter() - began)))


if __name__ == "__main__":
    main(float(sys.argv[1]))
