"""``pay``: a gateway's signed notify until the order is captured, beside pgbench writing the same rows.

Each notify is another order's: RSA2 signature, then one statement that writes order, try, line, claim, capture, ledger,
audit and event. Then one notify four hundred times at once. What the books hold is compared with what was answered.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import repeat
from urllib.parse import urlencode

import psycopg

from bench import client, pgbench
from bench.figures import Bound, Figure, percentile
from bench.idle import wait_until_idle
from bench.installation import CITY, Installation, say
from bench.plan import Plan
from bench.workloads import reconcile
from bench.workloads.memory import web_memory
from shimin.launch.faults import Fault
from shimin.sandbox.alipay.keys import Keys, ensure_keys
from shimin.sandbox.alipay.notifying import notify_values

CONNECTIONS = 8
_AT_ONCE, _SAME = 32, 400
_MOST_NOTIFIES, _MOST_RAW = 1_200, 4_000  # a second: no round uses up more orders
_LONGEST_WAIT = 240.0
_CHINA = timezone(timedelta(hours=8))


@dataclass
class Orders:
    """The orders that wait; each is taken once."""

    base: int
    amount_fen: int
    last: int
    taken: int = 0

    def take(self, count: int) -> range:
        """Return the next numbers.

        Raises:
            Fault: there are not so many left.
        """
        numbers = range(self.taken + 1, self.taken + 1 + count)
        if numbers.stop - 1 > self.last:
            raise Fault("The orders of the bench are used up", "raise the limits in bench/workloads/pay.py.")
        self.taken += count
        return numbers


def measure(installation: Installation, plan: Plan) -> list[Figure]:
    """Return rate and p99 of notifies beside raw, and whether the books agree with the answers."""
    keys = ensure_keys(installation.settings.keys_dir / "alipay")
    orders = _make_orders(installation, plan)
    warm = _notify(installation, keys, orders.take(int(_MOST_NOTIFIES)), orders.base, 1.0)
    rates, raws, tails, raw_tails, believed = [], [], [], [], len(warm.answers)
    for number in range(plan.rounds):
        say(f"pay: round {number + 1} of {plan.rounds}")
        wait_until_idle(installation, _LONGEST_WAIT)
        run = _notify(installation, keys, orders.take(int(_MOST_NOTIFIES * plan.seconds)), orders.base, plan.seconds)
        rates.append(run.per_second)
        raws.append(_raw(installation, orders, plan))
        wait_until_idle(installation, _LONGEST_WAIT)
        half = _notify_at(installation, keys, orders, run.per_second / 2, plan.seconds)
        tails.append(percentile(half.milliseconds, 0.99))
        raw_tails.append(_raw_tail(installation, orders, plan, raws[-1] / 2))
        believed += len(run.answers) + len(half.answers)
    same = _same_notify(installation, keys, orders)
    placed, raw_placed = _placed(installation, plan)
    return [
        Figure("pay", f"notify_captured_{CONNECTIONS}", "captures/s", rates, raws, Bound(">=", 0.12)),
        Figure("pay", "notify_captured_p99", "ms", tails, raw_tails, Bound("<=", 10)),
        Figure("pay", f"captures_of_one_notify_sent_{_SAME}_times", "captures", [same], bound=Bound("<=", 1)),
        Figure("pay", "notifies_answered", "notifies", [believed]),
        Figure("pay", "fen_wrong_in_the_books", "fen", [_wrong_fen(installation, orders, believed + 1)],
               bound=Bound("<=", 0)),
        Figure("pay", "place_order_1_no_http", "orders/s", placed, raw_placed, Bound(">=", 0.12)),
        *reconcile.measure(installation, plan),
        *web_memory("pay", installation),
    ]  # fmt: skip


def _placed(installation: Installation, plan: Plan) -> tuple[list[float], list[float]]:
    """Return rates of placing orders by the operation, and of its rows by pgbench; one connection each."""
    ours, raws = [], []
    for number in range(plan.rounds):
        say(f"pay: placing, round {number + 1} of {plan.rounds}")
        ours.append(float(json.loads(installation.run("bench.placed", str(plan.seconds), process="web"))))
        raws.append(
            pgbench.rate(pgbench.RAW / "place.sql", installation.database_url, connections=1, seconds=plan.seconds)
        )
    return ours, raws


def _make_orders(installation: Installation, plan: Plan) -> Orders:
    a_round = _MOST_NOTIFIES * plan.seconds * 2 + _MOST_RAW * plan.seconds * 2
    count = int(a_round * plan.rounds) + 2 * _MOST_NOTIFIES
    say(f"pay: {count} orders are made")
    made = json.loads(installation.run("bench.orders", str(count)))
    return Orders(made["base"], made["amount_fen"], count)


def _signed(installation: Installation, keys: Keys, number: int, base: int) -> client.Request:
    """Return the notify of an order, as the gateway signs it."""
    paid = datetime.now(_CHINA).strftime("%Y-%m-%d %H:%M:%S")
    trade = {
        "out_trade_no": f"{CITY}{base + number}01", "trade_no": f"20261128{number:020d}", "fen": 20_000,
        "subject": "量一量", "paid": paid,
    }  # fmt: skip
    body = urlencode(notify_values(keys, trade)).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return client.post(installation.base_url, "/pay/notify/alipay", body, headers, about=number)


def _notify(installation: Installation, keys: Keys, numbers: range, base: int, seconds: float) -> client.Run:
    """Send notifies as fast as they are taken. They are signed beforehand: the machine is the server's."""
    ready = [_signed(installation, keys, number, base) for number in numbers]
    closed = client.closed_loop(installation.base_url, iter(ready), connections=CONNECTIONS, seconds=seconds)
    return _believed(asyncio.run(closed))


def _notify_at(installation: Installation, keys: Keys, orders: Orders, per_second: float, seconds: float) -> client.Run:
    numbers = orders.take(max(1, round(per_second * seconds)))
    ready = [_signed(installation, keys, number, orders.base) for number in numbers]
    opened = client.open_loop(installation.base_url, iter(ready), per_second=per_second, seconds=seconds)
    return _believed(asyncio.run(opened))


def _believed(run: client.Run) -> client.Run:
    wrong = [answer for answer in run.answers if (answer.status, answer.body) != (200, b"success")]
    if wrong:
        raise Fault(f"A notify was answered {wrong[0].status} ({wrong[0].body[:200]!r})", "read the web's log.")
    return run


def _same_notify(installation: Installation, keys: Keys, orders: Orders) -> int:
    """Send one notify many times at once and return how many captures its order has."""
    (number,) = orders.take(1)
    request = _signed(installation, keys, number, orders.base)

    def again() -> Iterator[client.Request]:
        yield from repeat(request, _SAME)

    _believed(asyncio.run(client.closed_loop(installation.base_url, again(), connections=_AT_ONCE)))
    with psycopg.connect(installation.database_url) as owner:
        found = owner.execute(
            "SELECT count(*) FROM payments_capture WHERE order_id = %s", [orders.base + number]
        ).fetchone()
    return int(found[0]) if found else 0


def _wrong_fen(installation: Installation, orders: Orders, believed: int) -> int:
    """Return by how much the ledger differs from the notifies that were answered with success."""
    with psycopg.connect(installation.database_url) as owner:
        found = owner.execute(
            "SELECT coalesce(sum(amount_fen), 0) FROM payments_ledger_entry "
            "WHERE account = 'gateway:alipay' AND document <> 'raw'"
        ).fetchone()
    return abs(int(found[0] if found else 0) - believed * orders.amount_fen)


def _raw(installation: Installation, orders: Orders, plan: Plan) -> float:
    return pgbench.rate(
        pgbench.RAW / "capture.sql", installation.database_url, connections=CONNECTIONS, seconds=plan.seconds,
        variables=_variables(orders, plan),
    )  # fmt: skip


def _raw_tail(installation: Installation, orders: Orders, plan: Plan, per_second: float) -> float:
    times = pgbench.latencies_ms(
        pgbench.RAW / "capture.sql", installation.database_url, connections=CONNECTIONS, seconds=plan.seconds,
        per_second=per_second, variables=_variables(orders, plan),
    )  # fmt: skip
    return percentile(times, 0.99)


def _variables(orders: Orders, plan: Plan) -> dict[str, str | int]:
    numbers = orders.take(int(_MOST_RAW * plan.seconds))
    return {"base": orders.base, "first": numbers.start, "step": CONNECTIONS, "i": 0}
