"""``siege``: what signing in costs, and a run of guesses against it (M01, M04).

100,000 guesses over 1,000 accounts, sent from 50 addresses (by ``X-Forwarded-For``, the bench being the trusted proxy)
over 64 connections as fast as answers come. Meanwhile 200 of the owners sign in, each once, from a device the account
knows and an address of their own, evenly spread over the first minute. An owner who is told "too many are signing in,
try in a few seconds" tries again, as people do; how many had to is a figure of its own.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Iterator

import psycopg

from bench import client, wrk
from bench.figures import Bound, Figure
from bench.installation import CITY, Installation, say
from bench.people import OWNER_PASSWORD, Crowd, owner_phone, settle, token_of
from bench.plan import Plan
from bench.usage import pss_mib, workers_of
from bench.workloads.portal import list_slugs
from shimin.launch.faults import Fault

ACCOUNTS, ADDRESSES, OWNERS = 1_000, 50, 200
GUESSES, _QUICK_GUESSES = 100_000, 3_000
PEOPLE = 200
_CONNECTIONS, _SIGN_INS = 64, 4
_OWNERS_SECONDS, _QUICK_OWNERS_SECONDS = 60.0, 8.0
_TRIES, _PAUSE_SECONDS = 6, 3.0
_PATH = "/api/v1/account/sessions"
_UNCACHED = {"Cache-Control": "no-cache"}


def measure(installation: Installation, plan: Plan) -> list[Figure]:
    """Return signing in beside its hash, a signed-in reading beside a public one, and what the guesses did."""
    salt = secrets.token_hex(8)
    made = json.loads(installation.run("bench.besieged", str(ACCOUNTS), salt))
    crowd = settle(installation, installation.export_people("export-people", "--limit", str(PEOPLE)))
    rates = [_sign_ins(installation, plan, salt, at) for at in range(plan.rounds)]
    return [
        Figure(
            "siege", "sign_in", "sign-ins/s", rates, [made["hashes_per_second"]] * len(rates), Bound(">=", 0.5)
        ),
        _signed_in_item(installation, plan, crowd),
        *_siege(installation, plan, salt),
    ]  # fmt: skip


def _request(installation: Installation, number: int, password: str, address: str, device: str = "") -> client.Request:
    body = {"phone": owner_phone(number), "password": password, "device_token": device}
    headers = {"X-Forwarded-For": address}
    return client.post(installation.base_url, _PATH, json.dumps(body).encode(), headers, about=number)


def _sign_ins(installation: Installation, plan: Plan, salt: str, at: int) -> float:
    """Return right sign-ins a second from known devices, as many at once as hashes may run."""
    say(f"siege: signing in, round {at + 1} of {plan.rounds}")

    def requests() -> Iterator[client.Request]:
        number = 0
        while True:
            account = number % ACCOUNTS
            yield _request(installation, account, OWNER_PASSWORD, f"192.0.2.{number % 250}", token_of(salt, account))
            number += 1

    run = asyncio.run(
        client.closed_loop(installation.base_url, requests(), connections=_SIGN_INS, seconds=plan.seconds)
    )
    wrong = [answer for answer in run.answers if answer.status != 201]
    if wrong:
        raise Fault(f"{len(wrong)} right sign-ins failed ({wrong[0].status}: {wrong[0].body[:200]!r})", "read the log.")
    return run.per_second


def _signed_in_item(installation: Installation, plan: Plan, crowd: Crowd) -> Figure:
    """Return an item's JSON read by somebody who is signed in, beside the same without anybody; no cache in either."""
    paths = [f"/api/v1/regions/{CITY}/items/{slug}" for slug in list_slugs(installation)]
    signed_in, public = [], []
    for at in range(plan.rounds):
        say(f"siege: an item, round {at + 1} of {plan.rounds}")
        headers = {**_UNCACHED, **crowd.headers(1 + at % len(crowd.people))}
        ours = {"connections": 16, "seconds": plan.seconds}
        signed_in.append(wrk.rate(installation.base_url, paths, headers=headers, **ours))  # type: ignore[arg-type]
        public.append(wrk.rate(installation.base_url, paths, headers=_UNCACHED, **ours))  # type: ignore[arg-type]
    return Figure("siege", "item_signed_in", "req/s", signed_in, public, Bound(">=", 0.3))


def _siege(installation: Installation, plan: Plan, salt: str) -> list[Figure]:
    guesses = _QUICK_GUESSES if plan.quick else GUESSES
    _forget_counts(installation)
    before = _largest_web(installation)
    say(f"siege: {guesses:,} guesses over {ACCOUNTS:,} accounts from {ADDRESSES} addresses")
    run, owners = asyncio.run(_both(installation, plan, salt, guesses))
    after = _largest_web(installation)
    statuses = [answer.status for answer in run.answers]
    strange = len(run.answers) - statuses.count(201) - statuses.count(422) - statuses.count(429) - statuses.count(503)
    return [
        Figure("siege", "guesses", "guesses/s", [run.per_second]),
        Figure("siege", "guesses_that_were_hashed", "guesses", [statuses.count(422)]),
        Figure("siege", "guesses_answered_otherwise", "guesses", [strange], bound=Bound("<=", 0)),
        Figure("siege", "accounts_opened", "accounts", [statuses.count(201)], bound=Bound("<=", 0)),
        Figure("siege", "owners_locked_out", "owners", [owners.count(0)], bound=Bound("<=", 0)),
        Figure("siege", "owners_who_had_to_try_again", "owners", [sum(tries > 1 for tries in owners)]),
        Figure("siege", "web_memory_grown", "MB", [after - before], bound=Bound("<=", 16)),
    ]


async def _both(
    installation: Installation, plan: Plan, salt: str, guesses: int
) -> tuple[client.Run, list[int]]:  # fmt: skip
    spread = _QUICK_OWNERS_SECONDS if plan.quick else _OWNERS_SECONDS

    def attack() -> Iterator[client.Request]:
        for number in range(guesses):
            address = f"198.51.100.{number % ADDRESSES}"
            yield _request(installation, number % ACCOUNTS, f"guess-{number}", address)

    async def owner(number: int) -> int:
        await asyncio.sleep(spread * number / OWNERS)
        return await _sign_in_as_people_do(installation, salt, number)

    async with asyncio.TaskGroup() as group:
        attacking = group.create_task(client.closed_loop(installation.base_url, attack(), connections=_CONNECTIONS))
        owning = [group.create_task(owner(number)) for number in range(OWNERS)]
    return attacking.result(), [task.result() for task in owning]


async def _sign_in_as_people_do(installation: Installation, salt: str, number: int) -> int:
    """Return how many tries an owner needed, 0 when none came through."""
    request = _request(installation, number, OWNER_PASSWORD, f"203.0.113.{number}", token_of(salt, number))
    for tries in range(1, _TRIES + 1):
        run = await client.closed_loop(installation.base_url, iter([request]), connections=1)
        if run.answers[0].status == 201:
            return tries
        if run.answers[0].status != 503:
            return 0
        await asyncio.sleep(_PAUSE_SECONDS)
    return 0


def _forget_counts(installation: Installation) -> None:
    """Empty the limits: what came before must neither help nor hinder."""
    with psycopg.connect(installation.database_url, autocommit=True) as connection:
        connection.execute("DELETE FROM kernel_rate_limit")
    time.sleep(1)


def _largest_web(installation: Installation) -> float:
    return max(pss_mib(pid) for pid in workers_of(installation.pid_of("web"))) * 2**20 / 1e6
