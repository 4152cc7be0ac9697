"""``chaos``: payments under a faulty gateway while web, worker and database are killed; then three books must agree.

The gateway drops, doubles, delays and forges notifies and answers too late. Payers top campus cards up at the sandbox's
school; their browsers sometimes come back and sometimes do not. One in a hundred pays twice. The database is killed by
``kill -9`` of one of its server processes: PostgreSQL then ends all others and recovers from its log. At the end a
statement with faults in it must be explained line by line.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import httpx
import psycopg

from bench.figures import Bound, Figure
from bench.installation import CITY, Installation, say
from bench.plan import Plan
from bench.usage import workers_of
from shimin.launch.faults import Fault
from shimin.launch.serving import alipay_service
from shimin.sandbox.archive import Archive
from shimin.sandbox.keys import ensure_token

PAYERS = 12
KILLS_EACH = 10
LONGEST_DRAIN_SECONDS = 1_800.0
_AHEAD = 200  # orders that may wait for their payers
_CHINA = timezone(timedelta(hours=8))
# What the gateway does wrong changes several times a second; "right" comes most often, and no answers the least.
_MOODS: list[dict[str, object]] = [
    {}, {}, {},
    {"drop_notify": True}, {"drop_notify": True},
    {"duplicate_notify": True}, {"duplicate_notify": True, "delay_notify_ms": 700},
    {"delay_notify_ms": 1500}, {"delay_notify_ms": 300},
    {"forge_notify": True}, {"forge_notify": True, "drop_notify": True},
    {"forge_notify": True, "duplicate_notify": True},
    {"wrong_signature": True}, {"silent_answers": True, "drop_notify": True},
]  # fmt: skip
# One for all payers: making one costs more than a payment.
_browser = httpx.Client(timeout=20, limits=httpx.Limits(max_keepalive_connections=0))
_INJECTED = {"bill_missing": 7, "bill_wrong": 5, "bill_doubled": 3, "bill_extra": 4}
_WAITING = """
    SELECT (SELECT count(*) FROM payments_attempt WHERE state = 'open')
         + (SELECT count(*) FROM payments_order_line WHERE settle_after IS NOT NULL)
         + (SELECT count(*) FROM payments_refund WHERE stage IN ('agreed', 'sent'))
         + (SELECT count(*) FROM kernel_event WHERE done_at IS NULL AND dead_at IS NULL)
"""


@dataclass
class _State:
    """What the threads share."""

    paid: int = 0
    numbers: list[str] = field(default_factory=list)
    kills: dict[str, int] = field(default_factory=lambda: {"web": 0, "worker": 0, "database": 0})
    over: threading.Event = field(default_factory=threading.Event)


def measure(installation: Installation, plan: Plan) -> list[Figure]:
    """Return what is lost, doubled, forged or unexplained after the run, and how the three books differ."""
    supervisor = installation.supervisor
    if supervisor is None:
        raise Fault("chaos needs an installation of its own", "leave --base-url out.")
    books = installation.settings.data_dir / "sandbox" / "alipay.sqlite3"
    for each in books.parent.glob("alipay.sqlite3*"):
        each.unlink()
    payments, kills = plan.payments, 2 if plan.quick else KILLS_EACH
    state = _State()
    with redirect_stdout(sys.stderr):  # the supervisor tells of restarts; --json keeps stdout for figures
        supervisor.start(alipay_service(installation.settings, installation.environ("owner")))
        supervisor.wait_until_ready(60)
        restarting = threading.Thread(target=_restart, args=(installation, state.over), daemon=True)
        restarting.start()
        began = time.monotonic()
        _pay_all(installation, state, payments, kills)
        paying = time.monotonic() - began
        _switch(installation)
        say(f"chaos: {state.paid} payments in {paying:.0f} s, {state.kills}; waiting until all is told")
        _drain(installation)
        drained = time.monotonic() - began - paying
        found = _audit(installation, books, state)
        unexplained, wrong_after = _statements(installation)
        state.over.set()
        restarting.join()
    none = Bound("<=", 0)
    return [
        Figure("chaos", "payments", "", [float(state.paid)]),
        *[Figure("chaos", f"kills_of_{name}", "", [float(count)]) for name, count in state.kills.items()],
        Figure("chaos", "seconds_of_paying", "s", [paying]),
        Figure("chaos", "seconds_until_all_is_told", "s", [drained]),
        *[Figure("chaos", name, "", [float(number)], bound=none) for name, number in found.items()],
        Figure("chaos", "refunded_by_itself", "", [float(_refunds(books))]),
        Figure("chaos", "statement_faults_injected", "", [float(sum(_INJECTED.values()))]),
        Figure("chaos", "statement_faults_not_explained", "", [float(unexplained)], bound=none),
        Figure("chaos", "differences_with_a_right_statement", "", [float(wrong_after)], bound=none),
    ]


def _restart(installation: Installation, over: threading.Event) -> None:
    """Do what ``./shimin serve`` does all the time."""
    assert installation.supervisor is not None
    while not over.wait(0.2):
        installation.supervisor.look_after_all()


def _pay_all(installation: Installation, state: _State, payments: int, kills: int) -> None:
    cards = installation.work_dir / "chaos-cards.json"
    cards.write_text(json.dumps(_cards(installation)))
    command = [sys.executable, "-m", "bench.chaos_orders", "make", str(cards), str(payments), installation.base_url]
    ahead = threading.Semaphore(_AHEAD)
    ends = threading.Event()
    helpers = [
        threading.Thread(target=_be_moody, args=(installation, ends), daemon=True),
        threading.Thread(target=_kill_on, args=(installation, state, payments, kills, ends), daemon=True),
    ]
    with subprocess.Popen(
        command, env=installation.environ("owner"), cwd=installation.settings.root, stdout=subprocess.PIPE, text=True
    ) as maker:
        assert maker.stdout is not None
        for each in helpers:
            each.start()
        with ThreadPoolExecutor(PAYERS) as payers:
            for line in maker.stdout:
                ahead.acquire()
                payers.submit(_pay, installation, json.loads(line), state, ahead)
        if maker.wait():
            raise Fault("The orders could not be made", "read the words above.")
    ends.set()
    for each in helpers:
        each.join()


def _pay(installation: Installation, order: dict[str, Any], state: _State, ahead: threading.Semaphore) -> None:
    """Do what a payer does: open the cashier, press the button, perhaps come back."""
    try:
        for url, number in zip(order["urls"], order["numbers"], strict=True):
            _browser.get(url).raise_for_status()
            _browser.post(f"{url.partition('/gateway.do')[0]}/pay", data={"no": number})
            state.numbers.append(number)
        if random.random() < 0.3:
            with suppress(httpx.HTTPError):
                _browser.get(installation.base_url + order["back"])
        state.paid += 1
        if state.paid % 1_000 == 0:
            say(f"chaos: {state.paid} paid, {state.kills}")
    finally:
        ahead.release()


def _cards(installation: Installation) -> list[tuple[str, str]]:
    """Return school and number of every campus card there is."""
    archive = Archive(installation.build_archives(), "utility-billers")
    try:
        people = archive.list_dossiers(0, 1_000_000)
    finally:
        archive.close()
    return [(content["card"]["school"], content["card"]["card_number"]) for *_, content in people if content["card"]]


def _switch(installation: Installation, **faults: object) -> None:
    token = ensure_token(installation.settings.keys_dir)
    address = f"http://127.0.0.1:{installation.settings.sandbox_alipay_port}/faults"
    httpx.post(address, json=faults, headers={"X-Sandbox-Token": token}, timeout=30).raise_for_status()


def _be_moody(installation: Installation, ends: threading.Event) -> None:
    while not ends.wait(random.uniform(0.1, 0.6)):
        with suppress(httpx.HTTPError):
            _switch(installation, **random.choice(_MOODS))


def _kill_on(installation: Installation, state: _State, payments: int, kills: int, ends: threading.Event) -> None:
    """Kill web, worker and database in turn, evenly over the payments."""
    victims = [name for _ in range(kills) for name in state.kills]
    for number, name in enumerate(victims):
        due = payments * (number + 1) / (len(victims) + 1)
        while state.paid < due:
            if ends.wait(0.1):
                return
        while not ends.is_set():
            pid = _victim(installation, name)
            if pid is not None:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    state.kills[name] += 1
                    break
            time.sleep(0.2)


def _victim(installation: Installation, name: str) -> int | None:
    if name != "database":
        with suppress(FileNotFoundError, ProcessLookupError, IndexError):
            pid = installation.pid_of(name)
            return random.choice(workers_of(pid)) if name == "web" else pid
        return None
    try:
        with psycopg.connect(installation.database_url, autocommit=True, connect_timeout=3) as owner:
            row = owner.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
                "AND backend_type = 'client backend' ORDER BY random() LIMIT 1"
            ).fetchone()
            return int(row[0]) if row else None
    except psycopg.OperationalError:
        return None


def _drain(installation: Installation) -> None:
    ends_at = time.monotonic() + LONGEST_DRAIN_SECONDS
    waiting = -1
    while waiting:
        if time.monotonic() > ends_at:
            raise Fault(f"{waiting} things still wait", "read the worker's log.")
        time.sleep(1.0)
        with suppress(psycopg.OperationalError), psycopg.connect(installation.database_url, autocommit=True) as owner:
            waiting = int((owner.execute(_WAITING).fetchone() or (1,))[0])


def _gateway_trades(books: Path) -> Iterator[tuple[str, str, int]]:
    with sqlite3.connect(books) as connection:
        yield from connection.execute("SELECT trade_no, out_trade_no, fen FROM trade WHERE status = 'TRADE_SUCCESS'")


def _refunds(books: Path) -> int:
    with sqlite3.connect(books) as connection:
        return int(connection.execute("SELECT count(*) FROM refund").fetchone()[0])


def _audit(installation: Installation, books: Path, state: _State) -> dict[str, int]:
    """Compare the gateway's, the ledger's and the school's own books."""
    trades = {trade: (ours, fen) for trade, ours, fen in _gateway_trades(books)}
    paid_numbers = {ours for ours, _ in trades.values()}
    with sqlite3.connect(books) as connection:
        given_back = int(connection.execute("SELECT coalesce(sum(fen), 0) FROM refund").fetchone()[0])
    with psycopg.connect(installation.database_url) as owner:
        captures = owner.execute("SELECT trade_no, out_trade_no, amount_fen FROM payments_capture").fetchall()
        ledger = dict(
            owner.execute("SELECT account, sum(amount_fen)::bigint FROM payments_ledger_entry GROUP BY 1").fetchall()
        )
        lines = dict(owner.execute("SELECT id, amount_fen FROM payments_order_line WHERE state = 'settled'").fetchall())
        unsettled = owner.execute(
            "SELECT count(*) FROM payments_order WHERE state NOT IN ('settled', 'refunded')"
        ).fetchone()
        owner_first = owner.execute("SELECT min(id) FROM payments_order_line").fetchone()
    keeper = installation.settings.data_dir / "sandbox" / "books" / "utility-billers.sqlite3"
    with sqlite3.connect(keeper) as connection:
        rows = connection.execute("SELECT line, fen FROM payment WHERE is_reversed = 0").fetchall()
    first = int((owner_first or (0,))[0])
    acts = {int(line): fen for line, fen in rows if line.isdigit() and int(line) >= first}
    captured = {trade for trade, _, _ in captures}
    return {
        "pressed_but_not_at_the_gateway": len(set(state.numbers) - paid_numbers),
        "lost_payments": len(set(trades) - captured),
        "captured_twice": len(captures) - len(captured),
        "forged_accepted": sum(trades.get(trade) != (ours, fen) for trade, ours, fen in captures),
        "fen_gateway_against_ledger": abs(
            sum(fen for _, fen in trades.values()) - given_back - ledger.get("gateway:alipay", 0)
        ),
        "fen_ledger_against_biller": abs(
            sum(fen for account, fen in ledger.items() if account.startswith("payee:")) + sum(acts.values())
        ),
        "lines_told_otherwise_than_the_biller_has": len(set(lines.items()) ^ set(acts.items())),
        "fen_left_in_surplus": abs(ledger.get("surplus", 0)),
        "orders_not_ended": int((unsettled or (0,))[0]),
    }


def _statements(installation: Installation) -> tuple[int, int]:
    """Return how many injected faults the comparison did not name, or named without cause; then with a right bill."""
    day = datetime.now(UTC).astimezone(_CHINA).date().isoformat()
    _switch(installation, **_INJECTED)
    found = {tuple(each) for each in json.loads(installation.run("bench.chaos_orders", "compare", day))}
    token = ensure_token(installation.settings.keys_dir)
    told = httpx.get(
        f"http://127.0.0.1:{installation.settings.sandbox_alipay_port}/injected", params={"day": day},
        headers={"X-Sandbox-Token": token}, timeout=60,
    ).json()  # fmt: skip
    injected = {(_kind(each), each["refund_no"] or each["trade_no"]) for each in told}
    for kind, document in sorted(injected):
        say(f"chaos: injected {kind} {document}: {'named' if (kind, document) in found else 'NOT NAMED'}")
    for kind, document in sorted(found - injected):
        say(f"chaos: found without cause {kind} {document}")
    _switch(installation)
    right = json.loads(installation.run("bench.chaos_orders", "compare", day))
    return len(found ^ injected), len(right)


def _kind(injected: dict[str, Any]) -> str:
    if injected["fault"] == "missing":
        return "refund_not_at_gateway" if injected["refund_no"] else "not_at_gateway"
    return {"wrong": "wrong_amount", "doubled": "doubled_line", "extra": "unknown_trade"}[injected["fault"]]


assert CITY == "430100", "the extra lines of the sandbox's bills name this city"
