"""``portal``: the item JSON beside a Litestar + asyncpg service that does the same read, and the city's home page."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import cycle
from statistics import median
from urllib.request import urlopen

import psycopg

from bench import client, pgbench, wrk
from bench.figures import Bound, Figure, percentile
from bench.installation import CITY, Installation, say
from bench.peer import peer
from bench.plan import Plan
from bench.workloads.memory import web_memory
from shimin.launch.faults import Fault

CONNECTIONS = 16
# The open loop's client is Python too: at a higher rate it would time itself.
MOST_PER_SECOND = 400.0
_UNCACHED = {"Cache-Control": "no-cache"}
_SLUGS = """
    SELECT i.slug FROM catalogue_service_item i JOIN catalogue_service_version v ON v.item_id = i.id
    WHERE i.region_code IN (%s, '100000') AND v.effective_to IS NULL ORDER BY i.slug
"""


def measure(installation: Installation, plan: Plan) -> list[Figure]:
    """Return the rates of reads without and with the read cache, the home page, and tail times at half the rate."""
    slugs = list_slugs(installation)
    paths = [f"/api/v1/regions/{CITY}/items/{slug}" for slug in slugs]
    home = [f"/c/{CITY}/"]
    names = ("uncached", "peer uncached", "cached", "peer cached", "home", "sql")
    rates: dict[str, list[float]] = {name: [] for name in names}
    with ExitStack() as stack:
        ours = installation.base_url
        plain, keeping = (stack.enter_context(peer(installation, cached=cached)) for cached in (False, True))
        for theirs in (plain, keeping):
            _require_same_answers(ours, theirs, paths)
        for number in range(plan.rounds):
            say(f"portal: round {number + 1} of {plan.rounds}")
            rates["uncached"].append(_rate(plan, ours, paths, _UNCACHED))
            rates["peer uncached"].append(_rate(plan, plain, paths))
            rates["cached"].append(_rate(plan, ours, paths))
            rates["peer cached"].append(_rate(plan, keeping, paths))
            rates["home"].append(_rate(plan, ours, home))
            rates["sql"].append(_sql_rate(installation, plan, slugs))
    tails = [_tail(installation, plan, path, rates[name]) for name, path in (("cached", paths), ("home", home))]
    return [
        Figure("portal", "item_uncached", "req/s", rates["uncached"], rates["peer uncached"], Bound(">=", 0.8)),
        Figure("portal", "item_cached", "req/s", rates["cached"], rates["peer cached"], Bound(">=", 1.0)),
        Figure("portal", "city_home", "req/s", rates["home"], rates["cached"], Bound(">=", 0.25)),
        Figure("portal", "item_uncached_of_sql", "req/s", rates["uncached"], rates["sql"]),
        Figure("portal", "item_p99", "ms", [tails[0]]),
        Figure("portal", "city_home_p99", "ms", [tails[1]]),
        *web_memory("portal", installation),
    ]


def list_slugs(installation: Installation) -> list[str]:
    """Return the items that the city shows."""
    with psycopg.connect(installation.database_url) as connection:
        return [slug for (slug,) in connection.execute(_SLUGS, [CITY])]


def _rate(plan: Plan, base_url: str, paths: list[str], headers: dict[str, str] | None = None) -> float:
    return wrk.rate(base_url, paths, connections=CONNECTIONS, seconds=plan.seconds, headers=headers)


def _sql_rate(installation: Installation, plan: Plan, slugs: list[str]) -> float:
    return pgbench.rate(
        pgbench.RAW / "item.sql", installation.web_database_url, connections=CONNECTIONS, seconds=plan.seconds,
        variables={"slugs": ",".join(slugs), "items": len(slugs)},
    )  # fmt: skip


def _tail(installation: Installation, plan: Plan, paths: list[str], rates: list[float]) -> float:
    """Return the p99 in milliseconds at half of the rate that was reached, or at what the client can bear."""
    per_second = min(median(rates) / 2, MOST_PER_SECOND)
    run = asyncio.run(
        client.open_loop(
            installation.base_url, _asked(installation, paths), per_second=per_second, seconds=plan.seconds
        )
    )
    return percentile(run.milliseconds, 0.99)


def _asked(installation: Installation, paths: list[str]) -> Iterator[client.Request]:
    return cycle([client.get(installation.base_url, path) for path in paths])


def _require_same_answers(ours: str, theirs: str, paths: list[str]) -> None:
    """A peer that did less than the same read would be no measure."""
    for path in paths:
        with urlopen(ours + path, timeout=10) as one, urlopen(theirs + path, timeout=10) as other:
            if json.load(one) != json.load(other):
                raise Fault(f"The peer answers {path} differently", "bring bench/raw/litestar_app.py up to date.")
