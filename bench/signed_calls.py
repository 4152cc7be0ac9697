"""``python -m bench.signed_calls FILE ITEM PARAMS CONNECTIONS SECONDS``: bare signed calls, the limit of a look-up.

The platform's own client asks the department what a look-up of ITEM asks it, for the people of FILE and with PARAMS (a
JSON object), and nothing else happens: no session, no item, no log. Prints the proved answers a second.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from itertools import count, cycle
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shimin.project.settings")
django.setup()

from shimin.adapters.http_source.clients import Clients  # noqa: E402
from shimin.adapters.http_source.directory import Directory  # noqa: E402
from shimin.adapters.http_source.records import HttpRecordSource  # noqa: E402
from shimin.capabilities.enquiries.domain.offer import Question, ask_about  # noqa: E402
from shimin.capabilities.enquiries.ports import RecordQuery, VerifiedSubject  # noqa: E402
from shimin.capabilities.enquiries.public import get_offer  # noqa: E402
from shimin.kernel import clock  # noqa: E402
from shimin.project.settings import SHIMIN  # noqa: E402

REGION = "430100"


def main(file: Path, item: str, params: dict[str, Any], connections: int, seconds: float) -> None:
    """Ask from one thread a connection until the time is up."""
    offer = get_offer(REGION, item, clock.now())
    source = HttpRecordSource(Clients(Directory(SHIMIN.keys_dir, os.environ, SHIMIN.sandbox_port_base)))
    people = [json.loads(line) for line in file.read_bytes().splitlines()]
    queries = _queries(ask_about(offer, "", params, clock.local_date(clock.now())), people)
    lock, answered = threading.Lock(), [0] * connections
    for _ in range(connections):
        source.fetch(offer.system, next(queries))  # a connection each, before the clock runs
    ends_at = time.perf_counter() + seconds

    def ask_on(number: int) -> None:
        while time.perf_counter() < ends_at:
            with lock:
                query = next(queries)
            source.fetch(offer.system, query)
            answered[number] += 1

    threads = [threading.Thread(target=ask_on, args=[number]) for number in range(connections)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(sum(answered) / (time.perf_counter() - began))


def _queries(question: Question, people: list[dict[str, str]]) -> Iterator[RecordQuery]:
    lookup = question.offer.lookup
    for number, person in zip(count(1), cycle(people), strict=False):
        yield RecordQuery(
            record=question.view.record, request_id=str(number), purpose=lookup.purpose, legal_basis=lookup.basis.law,
            consent_id=None, subject=VerifiedSubject(person["name"], person["id_number"]),
            params=question.sent_params, fields=list(question.view.fields),
        )  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5]))
