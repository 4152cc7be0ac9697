"""``enquire``: look-ups beside bare signed calls, what one costs, and what a hanging department does to everybody else.

The department answers after 20 ms; the item keeps no answers, so every look-up asks it. CPU time is that of the web
processes, of PostgreSQL and of the worker until it has relayed every event and sealed every audit row.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import cycle
from random import Random

from bench import client
from bench.faults import fault
from bench.figures import Bound, Figure, percentile
from bench.idle import spent_ms, wait_until_idle
from bench.installation import CITY, Installation, lines, say
from bench.people import Crowd, settle
from bench.plan import Plan
from bench.workloads.memory import web_memory
from shimin.launch.faults import Fault

CONNECTIONS = 4
DELAY_MS = 20
_ASKED, _HANGING = "traffic-police", "education"
_LOOK_UP, _HANGING_LOOK_UP = (
    f"/api/v1/regions/{CITY}/items/{slug}/look-ups" for slug in ("traffic-violations", "gaokao-admission")
)
_ASKERS_PER_SECOND = 4.0  # who asks the hanging department: enough to fill its places at 2.5 s each


def measure(installation: Installation, plan: Plan) -> list[Figure]:
    """Return the rate and cost of look-ups, and the tail of other pages while a department hangs."""
    exported = installation.export_people("residents", "--json", "--with", "driving-licence", "--limit", "1000")
    crowd = settle(installation, exported)
    (installation.work_dir / "asked.jsonl").write_bytes(lines(exported))
    asking = _look_ups(installation, crowd, _LOOK_UP)
    rates, bare, costs = [], [], []
    with fault(installation, _ASKED, delay_ms=DELAY_MS):
        _run(installation, asking, 1.0)  # threads, connections and prepared statements stand
        for number in range(plan.rounds):
            say(f"enquire: round {number + 1} of {plan.rounds}")
            rate, cost = _cost(installation, plan, asking)
            rates.append(rate)
            costs.append(cost)
            bare.append(_bare(installation, plan))
        hanging, usual = _hang(installation, plan, crowd, asking)
    return [
        Figure("enquire", "look_ups", "look-ups/s", rates, bare, Bound(">=", 0.8)),
        Figure("enquire", "cpu", "ms/look-up", costs, bound=Bound("<=", 8)),
        Figure("enquire", "others_p95_while_one_hangs", "ms", hanging, usual, Bound("<=", 1.5)),
        *web_memory("enquire", installation),
    ]


def _look_ups(installation: Installation, crowd: Crowd, path: str, body: bytes = b"{}") -> Iterator[client.Request]:
    numbers = range(1, len(crowd.people) + 1)
    return cycle([client.post(installation.base_url, path, body, crowd.headers(number)) for number in numbers])


def _run(installation: Installation, requests: Iterator[client.Request], seconds: float) -> client.Run:
    run = asyncio.run(client.closed_loop(installation.base_url, requests, connections=CONNECTIONS, seconds=seconds))
    wrong = [answer for answer in run.answers if answer.status != 200]
    if wrong:
        raise Fault(f"A look-up was answered {wrong[0].status} ({wrong[0].body[:200]!r})", "read the web's log.")
    return run


def _cost(installation: Installation, plan: Plan, asking: Iterator[client.Request]) -> tuple[float, float]:
    """Return look-ups a second, and CPU milliseconds a look-up with everything that follows it."""
    wait_until_idle(installation)
    before = spent_ms(installation)
    run = _run(installation, asking, plan.seconds)
    wait_until_idle(installation)
    return run.per_second, (spent_ms(installation) - before) / len(run.answers)


def _bare(installation: Installation, plan: Plan) -> float:
    file = str(installation.work_dir / "asked.jsonl")
    asked = ["traffic-violations", "{}", str(CONNECTIONS), str(plan.seconds)]
    return float(installation.run("bench.signed_calls", file, *asked))


def _hang(
    installation: Installation, plan: Plan, crowd: Crowd, asking: Iterator[client.Request]
) -> tuple[list[float], list[float]]:
    """Return the p95 of other pages with the department hanging, and without, in pairs of changing order."""
    others = _other_pages(installation, crowd, asking)
    per_second = _run(installation, others, plan.seconds).per_second / 2
    hanging, usual = [], []
    for number in range(plan.hang_pairs):
        say(f"enquire: {_HANGING} hangs, pair {number + 1} of {plan.hang_pairs}")
        for hangs in (True, False) if number % 2 else (False, True):
            (hanging if hangs else usual).append(_others_p95(installation, plan, crowd, others, per_second, hangs))
    return hanging, usual


def _others_p95(
    installation: Installation,
    plan: Plan,
    crowd: Crowd,
    others: Iterator[client.Request],
    per_second: float,
    hangs: bool,
) -> float:
    askers = _look_ups(installation, crowd, _HANGING_LOOK_UP, b'{"params":{"year":2026}}')
    if not hangs:
        return _p95(installation, plan, askers, others, per_second)
    with fault(installation, _HANGING, hang=True):
        return _p95(installation, plan, askers, others, per_second)


def _p95(
    installation: Installation,
    plan: Plan,
    askers: Iterator[client.Request],
    others: Iterator[client.Request],
    per_second: float,
) -> float:
    async def both() -> client.Run:
        url, seconds = installation.base_url, plan.seconds
        asked = asyncio.create_task(
            client.open_loop(url, askers, per_second=_ASKERS_PER_SECOND, seconds=seconds, connections=1)
        )
        run = await client.open_loop(url, others, per_second=per_second, seconds=seconds)
        await asked
        return run

    return percentile(asyncio.run(both()).milliseconds, 0.95)


def _other_pages(
    installation: Installation, crowd: Crowd, asking: Iterator[client.Request]
) -> Iterator[client.Request]:
    """Yield what others do meanwhile: home, an item, "who read my data", and look-ups at another department."""
    url, choice = installation.base_url, Random(1)
    pages = [client.get(url, f"/c/{CITY}/"), client.get(url, f"/c/{CITY}/items/driving-licence")]
    reads = cycle(
        [client.get(url, "/api/v1/me/reads", crowd.headers(number)) for number in range(1, len(crowd.people) + 1)]
    )
    while True:
        chance = choice.random()
        yield next(asking) if chance < 0.1 else next(reads) if chance < 0.4 else choice.choice(pages)
