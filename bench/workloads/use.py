"""``use``: how far counts lag behind events, and the pages of use with few and with many events behind them."""

from __future__ import annotations

import asyncio
import itertools

from bench import client
from bench.counted import count_invented, tell_steadily
from bench.figures import Bound, Figure, percentile
from bench.idle import wait_until_idle
from bench.installation import CITY, Installation, say
from bench.plan import Plan
from bench.workloads.memory import web_memory
from shimin.launch.faults import Fault

_PER_SECOND = 1_000
_FEW = 10_000
_ANSWERS_PER_SECOND = 10.0  # far below what it can: a p95 of the page, not of a queue before it


def measure(installation: Installation, plan: Plan) -> list[Figure]:
    """Return the lag at 1,000 events a second with the one worker, and p95s beside those with 10,000 events."""
    figures = _lag(installation, plan)
    pages: dict[str, list[list[float]]] = {"few": [], "many": []}
    desks: dict[str, list[list[float]]] = {"few": [], "many": []}
    rows = {}
    cookie = installation.run("bench.staff_session", "indicators.analyst", CITY).strip()
    rounds = 2 if plan.quick else plan.rounds
    for number, (name, events) in itertools.product(range(rounds), (("few", _FEW), ("many", plan.counted))):
        say(f"use: {events:,} events behind, round {number + 1} of {rounds}")
        rows[name] = count_invented(installation.database_url, events)
        pages[name].append(_answers(installation, plan, f"/c/{CITY}/use", {}))
        desks[name].append(_answers(installation, plan, "/desk/use", {"Cookie": cookie}))
    return [
        *figures,
        Figure("use", "rows_of_counts", "", [float(rows["many"])]),
        *(
            Figure(
                "use", metric, "ms", [percentile(each, 0.95) for each in sides["many"]],
                [percentile(each, 0.95) for each in sides["few"]], Bound("<=", 2),
            )
            for metric, sides in (("page_p95", pages), ("analyst_page_p95", desks))
        ),
        *web_memory("use", installation),
    ]  # fmt: skip


def _lag(installation: Installation, plan: Plan) -> list[Figure]:
    longest, usual, rates = [], [], []
    for number in range(2 if plan.quick else plan.rounds):
        say(f"use: {_PER_SECOND} events a second, round {number + 1}")
        wait_until_idle(installation)
        lag = tell_steadily(installation.database_url, per_second=_PER_SECOND, seconds=4 * plan.seconds)
        longest.append(max(lag.seconds))
        usual.append(percentile(lag.seconds, 0.5))
        rates.append(lag.told_per_second)
    return [
        Figure("use", "lag_longest", "s", longest, bound=Bound("<=", 5)),
        Figure("use", "lag_median", "s", usual),
        Figure("use", "events_told", "events/s", rates),
    ]


def _answers(installation: Installation, plan: Plan, path: str, headers: dict[str, str]) -> list[float]:
    """Return the milliseconds of a page asked for at an even, low rate."""
    requests = itertools.repeat(client.get(installation.base_url, path, headers))
    opened = client.open_loop(installation.base_url, requests, per_second=_ANSWERS_PER_SECOND, seconds=4 * plan.seconds)
    run = asyncio.run(opened)
    wrong = [answer for answer in run.answers if answer.status != 200]
    if wrong:
        raise Fault(f"{path} was answered {wrong[0].status}", "read the web's log.")
    return run.milliseconds
