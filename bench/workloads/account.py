"""``account``: the account's costs: its token endpoint, codes that are exchanged for tokens (M04), and key rotation.

Each round exchanges codes that nobody has used, as a system's server does (secret, code; the answer holds an id token,
an access and a refresh token), and beside it runs the rows of such an exchange by pgbench, over other codes. A part of
the answers' id tokens is checked against the published keys: ``wrong_tokens`` counts those that do not hold.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode
from urllib.request import urlopen

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from bench import client, pgbench
from bench.figures import Bound, Figure
from bench.installation import Installation, say
from bench.people import CALLBACK, Crowd, settle, tidy, token_of
from bench.plan import Plan
from bench.workloads.memory import web_memory
from shimin.launch.faults import Fault

CONNECTIONS = 16
ALGORITHMS = ("RS256", "ES256")
PEOPLE = 1_000
_MOST_PER_SECOND = 1_500  # no round can use up more codes than this
_CHECKED = 50
FIELDS, _QUICK_FIELDS = 1_000_000, 40_000


@dataclass(frozen=True, slots=True)
class System:
    """A system that exchanges codes; ``salt`` gives the codes."""

    client_id: str
    secret: str
    salt: str

    def request(self, base_url: str, number: int) -> client.Request:
        """Return the exchange of one code."""
        form = {"grant_type": "authorization_code", "code": token_of(self.salt, number), "redirect_uri": CALLBACK}
        word = base64.b64encode(f"{self.client_id}:{self.secret}".encode()).decode()
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": f"Basic {word}"}
        return client.post(base_url, "/sign-on/token", urlencode(form).encode(), headers, about=number)


def measure(installation: Installation, plan: Plan) -> list[Figure]:
    """Return the rate of exchanges with RS256 and ES256 beside their rows by pgbench, and how many were wrong (0)."""
    crowd = settle(installation, installation.export_people("export-people", "--limit", str(PEOPLE)))
    figures, wrong, checked = [], 0, 0
    for algorithm in ALGORITHMS:
        size = int(_MOST_PER_SECOND * plan.seconds)
        system = _system(installation, crowd, 2 * plan.rounds * size, algorithm)
        rates, raws = [], []
        for at in range(plan.rounds):
            say(f"account: {algorithm}, round {at + 1} of {plan.rounds}")
            first = 1 + 2 * at * size
            rate, told, bad = _exchange(installation, plan, system, range(first, first + size))
            rates.append(rate)
            wrong, checked = wrong + bad, checked + told
            raws.append(_raw(installation, plan, system, range(first + size, first + 2 * size)))
        metric = f"token_{algorithm.lower()}"
        figures.append(Figure("account", metric, "exchanges/s", rates, raws, Bound(">=", 0.10)))
    return [
        *figures,
        *_rotation(installation, plan),
        Figure("account", "tokens_checked", "tokens", [checked]),
        Figure("account", "wrong_tokens", "tokens", [wrong], bound=Bound("<=", 0)),
        *web_memory("account", installation),
    ]


def _rotation(installation: Installation, plan: Plan) -> list[Figure]:
    """Return how fast ``keys rotate`` writes fields anew, killed three times on its way, beside plain UPDATEs."""
    fields = _QUICK_FIELDS if plan.quick else FIELDS
    say(f"account: a new key for {fields:,} fields, killed three times")
    told = json.loads(installation.run("bench.rotating", str(fields)))
    missing = told["expected"] - told["written"]
    return [
        Figure(
            "account", "keys_rotated", "fields/s", [told["per_second"]], [told["raw_per_second"]], Bound(">=", 0.2)
        ),
        Figure("account", "keys_rotated_kills", "kills", [told["kills"]]),
        Figure("account", "keys_rotated_wrong", "fields", [told["wrong"] + missing], bound=Bound("<=", 0)),
    ]  # fmt: skip


def _system(installation: Installation, crowd: Crowd, codes: int, algorithm: str) -> System:
    people = str(len(crowd.people))
    salt = f"{crowd.salt}-{algorithm}"
    made = json.loads(installation.run("bench.codes", salt, str(crowd.first_account), people, str(codes), algorithm))
    tidy(installation)
    return System(made["client_id"], made["secret"], salt)


def _exchange(installation: Installation, plan: Plan, system: System, numbers: range) -> tuple[float, int, int]:
    """Return exchanges per second, how many id tokens were checked, and how many of those did not hold."""

    def requests() -> Iterator[client.Request]:
        yield from (system.request(installation.base_url, number) for number in numbers)

    run = asyncio.run(
        client.closed_loop(installation.base_url, requests(), connections=CONNECTIONS, seconds=plan.seconds)
    )
    failed = [answer for answer in run.answers if answer.status != 200]
    if failed:
        raise Fault(f"{len(failed)} exchanges failed ({failed[0].status}: {failed[0].body[:200]!r})", "read the log.")
    sample = run.answers[:: max(1, len(run.answers) // _CHECKED)]
    with urlopen(f"{installation.base_url}/sign-on/keys") as answer:
        keys = KeySet.import_key_set(json.load(answer))
    return run.per_second, len(sample), sum(not _holds(answer.body, keys, system) for answer in sample)


def _holds(body: bytes, keys: KeySet, system: System) -> bool:
    try:
        claims = jwt.decode(json.loads(body)["id_token"], keys, algorithms=list(ALGORITHMS)).claims
    except JoseError:
        return False
    return bool(claims["aud"] == system.client_id and claims["nonce"] == "n")


def _raw(installation: Installation, plan: Plan, system: System, numbers: range) -> float:
    return pgbench.rate(
        pgbench.RAW / "token.sql", installation.web_database_url, connections=CONNECTIONS, seconds=plan.seconds,
        variables={
            "first": numbers.start, "last": numbers.stop - 1, "salt": system.salt, "client_id": system.client_id,
            "role": f"{installation.settings.role_prefix}_auth",
        },
    )  # fmt: skip
