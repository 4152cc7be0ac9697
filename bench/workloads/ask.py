"""``ask``: filing (W1), accepting (W2), lists (W3, W4), detail (W5), address (W6), map (W7), look-ups by number.

Filing and look-ups go over HTTP, each from an address of its own (X-Forwarded-For), so that limits are counted and
never reached. Steps, lists and searches are measured at ``service_requests.public``, as the web's login
(``bench/desk_work.py``). Stretches are shorter than elsewhere: the worker has to catch up after each.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import count, cycle
from typing import Any

import orjson

from bench import client, pgbench
from bench.crash import crash
from bench.figures import Bound, Figure, percentile
from bench.idle import spent_ms, wait_until_idle
from bench.installation import CITY, Installation
from bench.installation import say as _tell
from bench.plan import Plan
from bench.workloads.memory import web_memory
from shimin.launch.faults import Fault
from shimin.project import config

_AT_ONCE = (1, 8, 32)
_SMALL = 1_000
_SECONDS = 2.0
_LONGEST_WAIT = 120.0
_WORDS = (
    "桐梓坡路口的路灯坏了半个月，晚上过马路很危险，希望尽快修好，谢谢。",
    "楼下烧烤店油烟很大，半夜还在营业，投诉过两次没有人管。",
    "请问孩子转学需要准备哪些材料，先去哪里办理？",
    "出租车司机拒载，不打表，希望管一管。",
    "建议在小区门口增加一个公交站，方便老人出行。",
)
# What staff do, its metric, and what its p95 may grow by from 1,000 requests on. Without a bound: there are but a dozen
# rows of W4 and one of an address at 1,000, and no box with as many pins.
_DESK = (
    ("plain", "list_50_plain", Bound("<=", 2)),
    ("filtered", "list_50_filtered", Bound("<=", 2)),
    ("w4", "list_50_states_categories_district", None),
    ("detail", "detail", Bound("<=", 2)),
    ("address", "address_50", None),
    ("map", "map_pins", None),
)
_addresses = count(1)


def measure(installation: Installation, plan: Plan) -> list[Figure]:
    """Return rates beside raw, what a request costs with all that follows, and lists and searches at two sizes."""
    say = _Progress()
    plan = plan if plan.is_timed else replace(plan, seconds=min(plan.seconds, _SECONDS))
    prefix = installation.settings.role_prefix
    installation.run("bench.seeding", str(_SMALL), prefix)
    small = _desk(installation, plan, say, f"{_SMALL:,}")
    say(f"{plan.requests:,} requests are made")
    installation.run("bench.seeding", str(plan.requests), prefix)
    receipts: list[dict[str, Any]] = []
    _file(installation, 8, 1.0, receipts)  # threads, connections and prepared statements stand
    wait_until_idle(installation, _LONGEST_WAIT)
    figures = _filing(installation, plan, receipts, say)
    figures += _look_ups(installation, plan, receipts, say)
    figures += _steps(installation, plan, say)
    # After the filings and steps: nobody has just vacuumed a real queue.
    figures += _at_desk(_desk(installation, plan, say, f"{plan.requests:,}"), small)
    figures += web_memory("ask", installation)
    return [*figures, *_crashes(installation, plan, say)]  # last: the processes it measures are others afterwards


class _Progress:
    """Tells the person who waits what is done, and after how long."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def __call__(self, words: str) -> None:
        _tell(f"ask: {words} ({time.monotonic() - self._began:.0f} s)")


def _filing(installation: Installation, plan: Plan, receipts: list[dict[str, Any]], say: _Progress) -> list[Figure]:
    url = _login(installation, "worker")
    rates: dict[int, list[float]] = {each: [] for each in _AT_ONCE}
    raws: dict[int, list[float]] = {each: [] for each in _AT_ONCE}
    costs, tails, raw_tails = [], [], []
    for number in range(plan.rounds):
        say(f"filing, round {number + 1} of {plan.rounds}")
        for at_once in _AT_ONCE:
            wait_until_idle(installation, _LONGEST_WAIT)
            before = spent_ms(installation)
            run = _file(installation, at_once, plan.seconds, receipts)
            wait_until_idle(installation, _LONGEST_WAIT)
            if at_once == 8:
                costs.append((spent_ms(installation) - before) / len(run.answers))
            rates[at_once].append(run.per_second)
            script = pgbench.RAW / "ask_file.sql"
            raws[at_once].append(pgbench.rate(script, url, connections=at_once, seconds=plan.seconds))
        tails.append(_tail(installation, plan, rates[8][-1] / 2, receipts))
        wait_until_idle(installation, _LONGEST_WAIT)
        raw_tails.append(_raw_tail(url, plan, raws[8][-1] / 2))
    figures = [
        Figure("ask", f"file_{each}", "requests/s", rates[each], raws[each], Bound(">=", 0.15)) for each in _AT_ONCE
    ]
    return [
        *figures,
        Figure("ask", "file_p99", "ms", tails, raw_tails, Bound("<=", 10)),
        Figure("ask", "file_cpu", "ms/request", costs, bound=Bound("<=", 15)),
    ]


def _file(installation: Installation, at_once: int, seconds: float, receipts: list[dict[str, Any]]) -> client.Run:
    closed = client.closed_loop(installation.base_url, _filings(installation), connections=at_once, seconds=seconds)
    return _kept(asyncio.run(closed), receipts)


def _tail(installation: Installation, plan: Plan, per_second: float, receipts: list[dict[str, Any]]) -> float:
    opened = client.open_loop(
        installation.base_url, _filings(installation), per_second=per_second, seconds=plan.seconds
    )
    return percentile(_kept(asyncio.run(opened), receipts).milliseconds, 0.99)


def _raw_tail(url: str, plan: Plan, per_second: float) -> float:
    times = pgbench.latencies_ms(
        pgbench.RAW / "ask_file.sql", url, connections=8, seconds=plan.seconds, per_second=per_second
    )
    return percentile(times, 0.99)


def _kept(run: client.Run, receipts: list[dict[str, Any]]) -> client.Run:
    wrong = [answer for answer in run.answers if answer.status != 201]
    if wrong:
        raise Fault(f"A filing was answered {wrong[0].status} ({wrong[0].body[:200]!r})", "read the web's log.")
    receipts.extend(orjson.loads(answer.body) for answer in run.answers[: max(0, 2_000 - len(receipts))])
    return run


def _filings(installation: Installation) -> Iterator[client.Request]:
    for number in count():
        body = {
            "city_code": CITY, "words": _WORDS[number % len(_WORDS)], "address": "长沙市岳麓区桐梓坡路100号",
            "lng": 112.9 + number % 100 / 1000, "lat": 28.2, "accuracy_metres": 20, "contact_phone": "13812345678",
        }  # fmt: skip
        yield client.post(installation.base_url, "/api/v1/requests", orjson.dumps(body), _from_anywhere())


def _look_ups(installation: Installation, plan: Plan, receipts: list[dict[str, Any]], say: _Progress) -> list[Figure]:
    variables = {"most": min(5_000, plan.requests), "role": f"{installation.settings.role_prefix}_citizen"}
    asked = cycle(receipts)
    rates, raws = [], []
    for number in range(plan.rounds):
        say(f"look-ups, round {number + 1} of {plan.rounds}")
        requests = (
            client.post(
                installation.base_url, "/api/v1/requests/look-up",
                orjson.dumps({"number": each["number"], "code": each["query_code"]}), _from_anywhere(),
            )
            for each in asked
        )  # fmt: skip
        closed = client.closed_loop(installation.base_url, requests, connections=8, seconds=plan.seconds)
        run = asyncio.run(closed)
        wrong = [answer for answer in run.answers if answer.status != 200]
        if wrong:
            raise Fault(f"A look-up was answered {wrong[0].status} ({wrong[0].body[:200]!r})", "read the web's log.")
        rates.append(run.per_second)
        script = pgbench.RAW / "ask_look_up.sql"
        raws.append(
            pgbench.rate(
                script, installation.web_database_url, connections=8, seconds=plan.seconds, variables=variables
            )
        )
    return [Figure("ask", "look_up_8", "look-ups/s", rates, raws, Bound(">=", 0.10))]


def _steps(installation: Installation, plan: Plan, say: _Progress) -> list[Figure]:
    variables = {"most": min(5_000, plan.requests // 10), "role": f"{installation.settings.role_prefix}_staff"}
    rates, raws, statements = [], [], []
    for number in range(plan.rounds):
        say(f"steps, round {number + 1} of {plan.rounds}")
        done = _work(installation, "accept", plan.seconds / 2 if plan.quick else plan.seconds)
        rates.append(done["per_second"])
        statements.append(float(done["statements"]))
        script = pgbench.RAW / "ask_step.sql"
        raws.append(
            pgbench.rate(
                script, installation.web_database_url, connections=1, seconds=plan.seconds, variables=variables
            )
        )
        wait_until_idle(installation, _LONGEST_WAIT)
    return [
        Figure("ask", "accept_1_no_http", "steps/s", rates, raws, Bound(">=", 0.15)),
        Figure("ask", "accept_statements", "", statements),
    ]


def _desk(installation: Installation, plan: Plan, say: _Progress, size: str) -> list[dict[str, Any]]:
    """Return what each round told of lists and searches; ours and its own statements follow each other in a round."""
    rounds = []
    for number in range(plan.rounds):
        say(f"lists and searches at {size} requests, round {number + 1} of {plan.rounds}")
        rounds.append(_work(installation, "list", plan.seconds) | _work(installation, "search", plan.seconds))
    return rounds


def _at_desk(large: list[dict[str, Any]], small: list[dict[str, Any]]) -> list[Figure]:
    def p95s(rounds: list[dict[str, Any]], name: str) -> list[float]:
        return [percentile(each[name], 0.95) for each in rounds]

    figures, bounded = [], Bound("<=", 10)
    for name, metric, growth in _DESK:
        ours, raw = p95s(large, name), p95s(large, f"{name}_sql")
        figures += [
            Figure("ask", f"{metric}_p95_no_http", "ms", ours, raw, bounded),
            Figure("ask", f"{metric}_growth", "ms", ours, p95s(small, name), growth),
            Figure("ask", f"{metric}_rows", "", [float(each[f"{name}_rows"]) for each in large]),
        ]
    lists = [float(max(each[f"{name}_statements"] for name in ("plain", "filtered", "w4"))) for each in large]
    searches = [float(max(each[f"{name}_statements"] for name in ("address", "map"))) for each in large]
    return [
        *figures,
        Figure("ask", "list_50_statements", "", lists, bound=Bound("<=", 6)),
        Figure("ask", "search_statements", "", searches, bound=Bound("<=", 6)),
        Figure("ask", "detail_statements", "", [float(each["detail_statements"]) for each in large]),
    ]


def _crashes(installation: Installation, plan: Plan, say: _Progress) -> list[Figure]:
    kills = 3 if plan.quick else 12
    say(f"filings while web processes are killed {kills} times")
    filed, burned, incomplete, unread = crash(installation, _filings(installation), kills)
    none = Bound("<=", 0)
    return [
        Figure("ask", f"crash_{kills}_kills_filed", "requests", [float(filed)]),
        Figure("ask", "crash_burned_numbers", "", [float(burned)], bound=none),
        Figure("ask", "crash_incomplete", "requests", [float(incomplete)], bound=none),
        Figure("ask", "crash_not_classified_once", "requests", [float(unread)], bound=none),
    ]


def _work(installation: Installation, what: str, seconds: float) -> dict[str, Any]:
    told = installation.run("bench.desk_work", what, str(seconds), installation.database_url, process="web")
    return dict(json.loads(told))


def _from_anywhere() -> dict[str, str]:
    """Return the header of a client at an address that nobody had before."""
    number = next(_addresses)
    return {"X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}


def _login(installation: Installation, process: str) -> str:
    return config.process_database_url(config.load(installation.environ(process)))
