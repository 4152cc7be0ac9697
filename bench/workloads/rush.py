"""``rush``: an hour in which everybody asks for their gaokao score at once (M35).

Each round takes people nobody has asked for yet. They ask for the first time (the answer comes from the department and
is kept), then ask again (the kept answer is told to its person). Beside the kept answers stands RAW, the rows of such a
read by pgbench for the same people; beside the first ones RAW and a bare signed call, one after the other: pgbench asks
no department, so RAW alone would be no limit of theirs. Every answer is compared with the department's own file, all
its fields: ``wrong_scores`` counts those that differ, and one is too many.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from bench import client, pgbench
from bench.figures import Bound, Figure
from bench.installation import CITY, Installation, lines, say
from bench.people import Crowd, settle
from bench.plan import Plan
from bench.scores import expected_scores
from bench.workloads.memory import web_memory
from shimin.launch.faults import Fault

CONNECTIONS = 16
_CALLS_AT_ONCE = 6  # what a web process sends a department at once (kernel.calls.client)
ASKING_SHARE = 5 / 6  # of 60,000 people with an account, 50,000 ask
_PATH = f"/api/v1/regions/{CITY}/items/gaokao-score/look-ups"
_TRIES = 50


@dataclass(slots=True)
class Told:
    """What came of a stretch. ``refused`` were asked again until answered."""

    per_second: float = 0.0
    wrong: list[int] = field(default_factory=list)
    refused: int = 0
    kept: int = 0


def measure(installation: Installation, plan: Plan) -> list[Figure]:
    """Return the rates of first and repeated asking beside RAW, and how many answers were wrong (0)."""
    people = _candidates(installation, plan)
    expected = expected_scores(installation.build_archives(), people)
    crowd = settle(installation, people)
    slices = _slices(int(len(people) * ASKING_SHARE), plan.rounds)
    (installation.work_dir / "candidates.jsonl").write_bytes(lines(people))
    first, again, raw, called = [], [], [], []
    for at, numbers in enumerate(slices):
        say(f"rush: round {at + 1} of {plan.rounds}, people {numbers.start} to {numbers.stop - 1}")
        first.append(_ask(installation, crowd, expected, numbers))
        again.append(_ask(installation, crowd, expected, numbers))
        raw.append(_raw(installation, plan, crowd, numbers))
        called.append(1 / (1 / raw[-1] + 1 / _bare_calls(installation, plan, expected[0]["year"])))
    asked = sum(len(numbers) for numbers in slices)
    wrong = sum(len(told.wrong) for told in (*first, *again))
    bound = Bound(">=", 0.10)
    return [
        Figure("rush", "ask_again", "look-ups/s", [told.per_second for told in again], raw, bound),
        Figure("rush", "ask_first", "look-ups/s", [told.per_second for told in first], called, bound),
        Figure("rush", "people", "people", [asked]),
        Figure("rush", "answers_checked", "answers", [2 * asked]),
        Figure("rush", "wrong_scores", "answers", [wrong], bound=Bound("<=", 0)),
        Figure("rush", "told_from_cache", "answers", [sum(told.kept for told in again)]),
        Figure("rush", "asked_to_wait", "answers", [sum(told.refused for told in (*first, *again))]),
        *web_memory("rush", installation),
    ]


def _candidates(installation: Installation, plan: Plan) -> list[bytes]:
    people = installation.export_people("export-people", "--limit", str(plan.residents))
    if len(people) < plan.residents:
        raise Fault(f"Only {len(people)} people have a score", "ask for fewer --residents.")
    return people


def _slices(people: int, rounds: int) -> list[range]:
    """Split the numbers 1 … ``people`` evenly."""
    size = people // rounds
    return [range(1 + at * size, 1 + (at + 1) * size) for at in range(rounds)]


def _ask(installation: Installation, crowd: Crowd, expected: list[dict[str, Any]], numbers: range) -> Told:
    """Let each of the people ask once, and compare what they are told with what they must be told."""
    told, tries = Told(), dict.fromkeys(numbers, 0)
    body = orjson.dumps({"params": {"year": expected[0]["year"]}})

    def request(number: int) -> client.Request:
        return client.post(installation.base_url, _PATH, body, crowd.headers(number), about=number)

    def requests() -> Iterator[client.Request]:
        yield from map(request, numbers)

    def check(answer: client.Answer) -> client.Request | None:
        if answer.status == 200:
            record = orjson.loads(answer.body)
            told.kept += record["from_cache"]
            if record["records"] != [expected[answer.about - 1]]:
                told.wrong.append(answer.about)
            return None
        told.refused += 1
        tries[answer.about] += 1
        if tries[answer.about] > _TRIES or answer.status not in (429, 503):
            raise Fault(f"A look-up was answered {answer.status} ({_code(answer)})", "read the log of the web process.")
        return request(answer.about)

    run = asyncio.run(client.closed_loop(installation.base_url, requests(), connections=CONNECTIONS, again=check))
    told.per_second = len(numbers) / run.seconds
    return told


def _code(answer: client.Answer) -> str:
    try:
        return str(json.loads(answer.body).get("code"))
    except ValueError:
        return "no problem+json"


def _bare_calls(installation: Installation, plan: Plan, year: int) -> float:
    file = str(installation.work_dir / "candidates.jsonl")
    asked = ["gaokao-score", json.dumps({"year": year}), str(_CALLS_AT_ONCE), str(plan.seconds)]
    return float(installation.run("bench.signed_calls", file, *asked))


def _raw(installation: Installation, plan: Plan, crowd: Crowd, numbers: range) -> float:
    return pgbench.rate(
        pgbench.RAW / "rush.sql", installation.web_database_url, connections=CONNECTIONS, seconds=plan.seconds,
        variables={
            "first": numbers.start, "last": numbers.stop - 1, "salt": crowd.salt, "account_id": crowd.first_account,
            "person_id": crowd.first_person, "role": f"{installation.settings.role_prefix}_citizen",
        },
    )  # fmt: skip
