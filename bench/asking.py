"""``python -m bench.asking COUNT``: add distractors; write the judged requests' SQL values and the statement itself.

Prints the statement of a search as pgbench takes it.
"""

from __future__ import annotations

import os
import re
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shimin.project.settings")
django.setup()

from django.db import connection  # noqa: E402

from bench.search import world  # noqa: E402
from bench.workloads.search import judged  # noqa: E402
from shimin.capabilities.catalogue.search import find  # noqa: E402
from shimin.kernel import clock  # noqa: E402

_ARRAYS = ("terms", "weights", "sounds", "typed", "sound_weights", "initials", "initial_weights", "regions")
_NUMBERS = ("postings", "limit")
_TABLE = f"""
    DROP TABLE IF EXISTS bench_request;
    CREATE TABLE bench_request (number integer PRIMARY KEY, {", ".join(f"{name} text" for name in _ARRAYS)},
        {", ".join(f'"{name}" text' for name in _NUMBERS)})
"""


def main(distractors: int) -> None:
    """Load, write, print."""
    if distractors:
        world.load(distractors)
    with connection.cursor() as cursor:
        cursor.execute(_TABLE)
    for number, each in enumerate(judged(), start=1):
        _write(number, each.query)
    print(re.sub(r"%\((\w+)\)s", r":\1", find.SEARCH).replace("%%", "%"))


def _write(number: int, query: str) -> None:
    values = find.parameters(find.ask(world.REGION, query), world.REGION, 20, clock.now())
    kinds = {"weights": "real[]", "sound_weights": "real[]", "initial_weights": "real[]"}
    arrays = ", ".join(f"%s::{kinds.get(name, 'text[]')}::text" for name in _ARRAYS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO bench_request VALUES (%s, {arrays}, %s, %s)",
            [number, *(values[name] for name in _ARRAYS), *(str(values[name]) for name in _NUMBERS)],
        )


if __name__ == "__main__":
    main(int(sys.argv[1]))
