"""``python -m bench WORKLOAD``: measure, and print a table for people or (--json) one object a line."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace

from bench import machine
from bench.figures import Figure, table
from bench.installation import Installation, People, own_installation, running_installation, say
from bench.plan import Plan, quick
from bench.workloads import (
    account,
    ask,
    chaos,
    enquire,
    index,
    memory,
    pay,
    portal,
    reconcile,
    rush,
    search,
    siege,
    use,
)
from shimin.launch.faults import Fault
from shimin.launch.signals import Stopped, stoppable

Workload = Callable[[Installation, Plan], list[Figure]]
# In the order of ``all``: what fills the tables comes last, and memory after everything.
WORKLOADS: dict[str, Workload] = {
    "portal": portal.measure,
    "enquire": enquire.measure,
    "rush": rush.measure,
    "search": search.measure,
    "account": account.measure,
    "siege": siege.measure,
    "ask": ask.measure,
    "pay": pay.measure,
    "use": use.measure,
    "memory": memory.measure,
    "chaos": chaos.measure,
    "reconcile": reconcile.measure,
}
# Never among ``all``: chaos kills what the others measure, and reconcile is the end of ``pay``.
_ALONE = frozenset({"chaos", "reconcile"})
# They need no installation, and ``all`` leaves them out: other volumes, other machines.
APART: dict[str, Callable[[Plan], list[Figure]]] = {"index": index.measure}
# They write people, or look at processes: only in an installation of the bench's own.
_OWN = frozenset({"enquire", "rush", "account", "siege", "ask", "pay", "use", "memory", "chaos", "reconcile"})
_RESIDENTS = 2_000
_QUICK_RESIDENTS = 300


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line; return 0 when everything was measured, whether the bounds hold or not."""
    options = _parser().parse_args(arguments)
    plan = _plan(options)
    names = [name for name in WORKLOADS if name not in _ALONE] if options.workload == "all" else [options.workload]
    began = time.monotonic()
    try:
        if options.workload in APART:
            state = machine.describe_analytics()
            with stoppable():
                figures = APART[options.workload](plan)
            words = (
                f"{plan.rounds} interleaved rounds, medians; {plan.events:,} events{'; QUICK' if plan.quick else ''}"
            )
            _print(figures, f"{state}\n{words}; {time.monotonic() - began:.0f} s in all", as_json=options.json)
            return 0
        with stoppable(), _installation(options, plan, names) as installation:
            state = machine.describe(installation.database_url)
            figures = [figure for name in names for figure in WORKLOADS[name](installation, plan)]
    except Fault as fault:
        say(f"bench: {fault}")
        return 1
    except Stopped as stopped:
        return 128 + stopped.number
    _print(figures, _told(state, plan, began), as_json=options.json)
    return 0


def _told(state: str, plan: Plan, began: float) -> str:
    return f"{state}\n{plan.words}; {time.monotonic() - began:.0f} s in all"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./shimin bench", description=__doc__)
    parser.add_argument("workload", choices=[*WORKLOADS, *APART, "all"])
    parser.add_argument("--json", action="store_true", help="one object a line instead of the table")
    parser.add_argument("--quick", action="store_true", help="smaller volumes, under a minute: does it work?")
    parser.add_argument("--seconds", type=_positive, help="length of each measured stretch (default 5; ask 2)")
    parser.add_argument("--residents", type=int, help="people who ask for their score in rush (default 60000)")
    parser.add_argument("--requests", type=int, help="requests that are there before in ask (default 100000)")
    parser.add_argument("--payments", type=int, help="payments of chaos (default 20000)")
    parser.add_argument("--lines", type=int, help="lines of a statement in pay and reconcile (default 1000000)")
    parser.add_argument("--base-url", help="measure the server that runs there (portal and search)")
    return parser


def _positive(text: str) -> float:
    seconds = float(text)
    if not seconds >= 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return seconds


def _plan(options: argparse.Namespace) -> Plan:
    plan = quick() if options.quick else Plan()
    return replace(
        plan,
        seconds=options.seconds or plan.seconds,
        is_timed=options.seconds is not None,
        residents=options.residents or plan.residents,
        requests=options.requests or plan.requests,
        payments=options.payments or plan.payments,
        lines=options.lines or plan.lines,
    )


@contextmanager
def _given(installation: Installation) -> Iterator[Installation]:
    yield installation


def _installation(options: argparse.Namespace, plan: Plan, names: list[str]) -> AbstractContextManager[Installation]:
    if options.base_url and _OWN.intersection(names):
        raise Fault(f"{options.workload} needs an installation of its own", "leave --base-url out.")
    if options.base_url:
        return _given(running_installation(options.base_url))
    candidates = plan.residents if "rush" in names else account.PEOPLE if {"account", "siege"} & set(names) else 0
    return own_installation(People(_QUICK_RESIDENTS if plan.quick else _RESIDENTS, candidates))


def _print(figures: list[Figure], state: str, *, as_json: bool) -> None:
    say(state) if as_json else print(state, end="\n\n")
    print(
        "\n".join(json.dumps(figure.as_row(), ensure_ascii=False) for figure in figures) if as_json else table(figures)
    )


if __name__ == "__main__":
    sys.exit(main())
