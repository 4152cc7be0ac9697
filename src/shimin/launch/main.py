"""``./shimin``: which command does what."""

from __future__ import annotations

import difflib
import io
import signal
import sys
from collections.abc import Callable, Sequence

from shimin.launch import backup, components, doctor, lock_requirements, quality, relay, restore, serving, testing
from shimin.launch.faults import Fault, fault_of
from shimin.launch.platform_commands import DJANGO_COMMANDS, platform_commands
from shimin.launch.settings import ROOT, Settings, load_settings
from shimin.launch.signals import Stopped, stoppable

Command = Callable[[Settings, Sequence[str]], int]


def main(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit status: 1 for a fault, 2 for an unknown command, 128+n for a signal."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that knows no Chinese is no reason to end
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(help_text())
        return 0
    try:
        with stoppable():
            return _run(arguments[0], arguments[1:])
    except Fault as fault:
        return _complain(fault)
    except OSError as error:
        known = fault_of(error)
        if known is None:
            raise
        return _complain(known)
    except Stopped as stopped:
        print(f"\nshimin: stopped by {signal.Signals(stopped.number).name}", file=sys.stderr)
        return 128 + stopped.number


def _run(name: str, arguments: Sequence[str]) -> int:
    for commands in GROUPS.values():
        if name in commands:
            return commands[name][0](load_settings(), arguments)
    known = [*platform_commands(ROOT), *DJANGO_COMMANDS]
    if name in known:
        return relay.manage(load_settings(), [name, *arguments])
    own = [each for commands in GROUPS.values() for each in commands]
    near = difflib.get_close_matches(name, [*own, *known], n=1)
    hint = f"did you mean ./shimin {near[0]}?" if near else "see ./shimin --help"
    print(f"shimin: there is no command {name}: {hint}", file=sys.stderr)
    return 2


def _demo(settings: Settings, arguments: Sequence[str]) -> int:
    _expect(arguments)
    return serving.serve(settings, demo=True)


def _serve(settings: Settings, arguments: Sequence[str]) -> int:
    _expect(arguments)
    return serving.serve(settings, demo=False)


def _setup(settings: Settings, arguments: Sequence[str]) -> int:
    _expect(arguments, "--demo", "--files-only")
    if "--files-only" in arguments:
        serving.install_files(settings)
    else:
        serving.set_up(settings, demo="--demo" in arguments)
    print("set up")
    return 0


def _check(settings: Settings, arguments: Sequence[str]) -> int:
    _expect(arguments)
    return quality.check(settings)


def _expect(arguments: Sequence[str], *known: str) -> None:
    unknown = [each for each in arguments if each not in known]
    if unknown:
        raise Fault(f"{unknown[0]} is not known here", f"use {' or '.join(known) if known else 'no arguments'}.")


GROUPS: dict[str, dict[str, tuple[Command, str]]] = {
    "Run": {
        "demo": (_demo, "set up and start everything with the demo city; ready in seconds the next time"),
        "serve": (_serve, "the same without demo accounts and sandbox departments, for real use"),
        "setup": (_setup, "only set up [--demo: with the demo data | --files-only: no database]"),
        "doctor": (doctor.doctor, "look for what is wrong with this installation"),
    },
    "Keep": {
        "backup": (backup.backup, "write database and files into one archive [FILE] [--with-keys]"),
        "restore": (restore.restore, "read such an archive into an empty database FILE"),
    },
    "Develop": {
        "test": (testing.test, "run the whole test suite; arguments go to pytest [--setup: the slow tests of set-up]"),
        "check": (_check, "format, lint, types, import contracts, migrations, OpenAPI, service folders"),
        "bench": (relay.bench, "measure a workload beside its raw limit WORKLOAD [--quick] [--json]"),
        "components": (
            components.components,
            "bills of materials sbom [FOLDER], or known faults check",
        ),
        "lock": (lock_requirements.lock, "resolve the dependencies into hashed requirements [--upgrade]"),
    },
}


def help_text() -> str:
    """Return the list of all commands, one line each."""
    lines = ["./shimin COMMAND: 市民之家, one command for everything", ""]
    for title, commands in GROUPS.items():
        lines += [title, *(_line(name, text) for name, (_, text) in commands.items()), ""]
    lines += ["Platform (each has its own --help)"]
    lines += [_line(name, text) for name, text in platform_commands(ROOT).items()]
    lines += ["", f"Django: {', '.join(DJANGO_COMMANDS)}", ""]
    lines += ["Settings: SHIMIN_PORT, SHIMIN_DATA_DIR, DATABASE_URL and others, see docs/reference/settings.md"]
    return "\n".join(lines)


def _line(name: str, text: str) -> str:
    return f"  {name:<18} {text}"


def _complain(fault: Fault) -> int:
    print(f"shimin: {fault}", file=sys.stderr)
    return 1
