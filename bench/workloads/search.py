"""``search``: what people type, among 50,000 other items: how long it takes beside its SQL alone, and what it finds."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, cycle
from math import ceil
from pathlib import Path
from random import Random
from statistics import mean
from urllib.parse import quote

import orjson
import psycopg

from bench import client, pgbench
from bench.figures import Bound, Figure, percentile
from bench.installation import CITY, Installation, say
from bench.people import tidy
from bench.plan import Plan
from bench.workloads.memory import web_memory
from shimin.launch.faults import Fault

CONNECTIONS = 4
_SETS = ("tuning", "held_out")
_FOLDER = Path(__file__).parents[1] / "search"
_JSON, _PAGE = f"/api/v1/regions/{CITY}/search?q={{}}", f"/c/{CITY}/search?q={{}}"
_BURST = 50  # searches an address may do at once; the limit stays on, so each address does no more
_LONGEST_CLOSED = 2.0


@dataclass(frozen=True, slots=True)
class Judged:
    """A request with the items that answer it, the best first."""

    query: str
    expected: tuple[str, ...]


def judged(name: str = "") -> list[Judged]:
    """Return the judged requests of a set, or of both."""
    found = []
    for each in [name] if name else _SETS:
        with (_FOLDER / f"{each}.csv").open(encoding="utf-8", newline="") as file:
            found += [Judged(row["query"], tuple(row["expected"].split("|"))) for row in csv.DictReader(file)]
    return found


def measure(installation: Installation, plan: Plan) -> list[Figure]:
    """Return tail times of search as JSON and as a page, each at half its rate, beside the SQL at half of its own."""
    distractors = plan.distractors if installation.supervisor else 0
    say(f"search: loading {distractors} further items")
    script = _script(installation, installation.run("bench.asking", str(distractors)))
    if distractors:
        tidy(installation)
    try:
        figures = _tails(installation, plan, script)
    finally:
        with psycopg.connect(installation.database_url) as connection:
            connection.execute("DROP TABLE bench_request")
    return [
        *figures,
        Figure("search", "distractors", "items", [distractors]),
        *_found(installation),
        *web_memory("search", installation),
    ]


def _tails(installation: Installation, plan: Plan, script: Path) -> list[Figure]:
    sides = {"json": _JSON, "page": _PAGE}
    rates = {name: _closed_rate(installation, plan, path) for name, path in sides.items()}
    sql_rate = pgbench.rate(script, installation.database_url, connections=CONNECTIONS, seconds=2, variables=_VARIABLES)
    tails: dict[str, list[float]] = {name: [] for name in (*sides, "sql")}
    for number in range(plan.rounds):
        say(f"search: round {number + 1} of {plan.rounds}")
        tails["sql"].append(_sql_p95(installation, plan, script, sql_rate / 2))
        for name, path in sides.items():
            tails[name].append(_p95(installation, plan, path, rates[name] / 2))
    bound = Bound("<=", 3)
    return [
        Figure("search", "json_p95", "ms", tails["json"], tails["sql"], bound),
        Figure("search", "page_p95", "ms", tails["page"], tails["sql"], bound),
        Figure("search", "json_rate", "req/s", [rates["json"]]),
        Figure("search", "page_rate", "req/s", [rates["page"]]),
    ]


_VARIABLES = {"requests": len(judged())}


def _script(installation: Installation, statement: str) -> Path:
    """Put the statement that serves behind the lines that fetch a request's values."""
    file = installation.work_dir / "search.sql"
    file.write_text(f"{(pgbench.RAW / 'search.sql').read_text()}{statement.strip()};\n", "utf-8")
    return file


def _requests(installation: Installation, path: str) -> Iterator[client.Request]:
    """Yield the judged requests over and over in one mixed order, the same in every run."""
    paths = [path.format(quote(each.query)) for each in judged()]
    Random(1).shuffle(paths)
    return cycle([client.get(installation.base_url, each) for each in paths])


def _closed_rate(installation: Installation, plan: Plan, path: str) -> float:
    run = asyncio.run(
        client.closed_loop(
            installation.base_url, _requests(installation, path), connections=CONNECTIONS * 4,
            seconds=min(plan.seconds, _LONGEST_CLOSED), local_hosts=_addresses(),
        )
    )  # fmt: skip
    _refuse_errors(run)
    return run.per_second


def _p95(installation: Installation, plan: Plan, path: str, per_second: float) -> float:
    run = asyncio.run(
        client.open_loop(
            installation.base_url, _requests(installation, path), per_second=per_second, seconds=plan.seconds,
            connections=ceil(per_second * plan.seconds / _BURST) + CONNECTIONS, local_hosts=_addresses(),
        )
    )  # fmt: skip
    _refuse_errors(run)
    return percentile(run.milliseconds, 0.95)


def _sql_p95(installation: Installation, plan: Plan, script: Path, per_second: float) -> float:
    url, seconds = installation.database_url, plan.seconds
    return percentile(
        pgbench.latencies_ms(
            script, url, connections=CONNECTIONS, seconds=seconds, per_second=per_second, variables=_VARIABLES
        ),
        0.95,
    )


_next_address = count(1)


def _addresses() -> Iterator[str]:
    """Yield addresses of this machine that nobody has asked from yet: people do not share one."""
    for number in _next_address:
        yield f"127.{1 + number // 65_025 % 250}.{number // 255 % 255}.{1 + number % 254}"


def _refuse_errors(run: client.Run) -> None:
    wrong = [answer.status for answer in run.answers if answer.status != 200]
    if wrong:
        raise Fault(f"{len(wrong)} of {len(run.answers)} searches were answered {wrong[0]}", "read the web's log.")


def _found(installation: Installation) -> list[Figure]:
    """Judge what is found: the first result, and the first five, of each request."""
    figures = []
    for name in _SETS:
        requests = judged(name)
        found = asyncio.run(_ask_all(installation, requests))
        first = mean(bool(slugs) and slugs[0] in each.expected for each, slugs in zip(requests, found, strict=True))
        five = mean(
            len(set(each.expected) & set(slugs[:5])) / len(each.expected)
            for each, slugs in zip(requests, found, strict=True)
        )
        figures.append(Figure("search", f"{name}_p_at_1", "share", [first], bound=Bound(">=", 0.85)))
        figures.append(Figure("search", f"{name}_recall_at_5", "share", [five], bound=Bound(">=", 0.95)))
    return figures


async def _ask_all(installation: Installation, requests: list[Judged]) -> list[list[str]]:
    asked = iter(
        [
            client.get(installation.base_url, _JSON.format(quote(each.query)), about=number)
            for number, each in enumerate(requests)
        ]
    )
    run = await client.closed_loop(
        installation.base_url, asked, connections=CONNECTIONS + len(requests) // _BURST, local_hosts=_addresses()
    )
    _refuse_errors(run)
    answers = sorted(run.answers, key=lambda answer: answer.about)
    return [[item["slug"] for item in orjson.loads(answer.body)["items"]] for answer in answers]
