"""The command line: serve the departments, or show the people they know."""

import argparse
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path

import orjson

from . import departments
from .archive import ensure_archives
from .keys import ensure_department_key, ensure_token
from .people import Resident, export_people, list_residents
from .processes import HOST, Plan, PortTakenError, bind, supervise
from .reference import render
from .service import base_delay_ms

MIN_RESIDENTS, MAX_RESIDENTS = 8, 100_000
RECORDS_TO_TRY = (
    "violations", "unpaid-fines", "utility-accounts", "campus-card", "driving-licence", "vehicles", "driving-test",
    "social-insurance", "account", "loan", "gaokao-score", "plate-lottery", "family",
)  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; give the exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        match options.command:
            case "residents":
                return _residents(options)
            case "export-people":
                return _export(options)
            case "describe":
                sys.stdout.write(render(departments.ALL))
                return 0
            case _:
                return _serve(parser, options)
    except (PortTakenError, OSError, sqlite3.Error, ValueError) as error:
        sys.stderr.write(f"sandbox: {error}\n")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m shimin.sandbox", description="The demo city's departments.")
    parser.add_argument("--port-base", type=_port_base, help="departments listen on this port + 1 … + 9")
    parser.add_argument("--keys-dir", type=Path, help="folder of the keys and of the fault switches' token")
    parser.add_argument("--only", choices=[each.name for each in departments.ALL], help="start one department alone")
    _add_people(parser, required=False)
    commands = parser.add_subparsers(dest="command", metavar="command")
    residents = commands.add_parser("residents", help="print residents to try")
    _add_people(residents, required=True)
    residents.add_argument("--json", action="store_true", help="one JSON object a line")
    residents.add_argument("--with", dest="having", choices=RECORDS_TO_TRY, help="only people who have this record")
    residents.add_argument("--limit", type=int, default=10)
    export = commands.add_parser("export-people", help="write people with a gaokao score of this year as JSON lines")
    _add_people(export, required=True)
    export.add_argument("--limit", type=int, required=True)
    commands.add_parser("describe", help="write the reference of records as Markdown")
    return parser


def _add_people(parser: argparse.ArgumentParser, *, required: bool) -> None:
    parser.add_argument("--data-dir", type=Path, required=required, help="folder of the departments' files")
    parser.add_argument("--residents", type=_resident_count, default=20_000)
    parser.add_argument("--rush-candidates", type=_rush_count, default=0, help="further people with a gaokao score")


def _resident_count(text: str) -> int:
    return _between(text, MIN_RESIDENTS, MAX_RESIDENTS)


def _rush_count(text: str) -> int:
    return _between(text, 0, 200_000)


def _port_base(text: str) -> int:
    return _between(text, 1, 65_529)


def _between(text: str, low: int, high: int) -> int:
    if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
        raise argparse.ArgumentTypeError(f"must be a number from {low} to {high}")
    return int(text)


def _serve(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    if options.port_base is None or options.data_dir is None or options.keys_dir is None:
        parser.error("--port-base, --data-dir and --keys-dir are needed to start the departments")
    base_delay_ms()  # a wrong value is told here, not once each by the children
    chosen = tuple(each for each in departments.ALL if options.only in (None, each.name))
    listeners = bind(chosen, options.port_base)
    folder = _archives(options)
    ensure_token(options.keys_dir)
    for department in chosen:
        ensure_department_key(options.keys_dir, department.name)

    def tell() -> None:
        for department in chosen:
            sys.stdout.write(f"{department.name} http://{HOST}:{options.port_base + department.port_offset}\n")
        sys.stdout.flush()

    return supervise(Plan(listeners, folder, options.keys_dir), on_ready=tell)


def _archives(options: argparse.Namespace) -> Path:
    return ensure_archives(options.data_dir.resolve(), options.residents, options.rush_candidates)


def _residents(options: argparse.Namespace) -> int:
    people = list_residents(_archives(options), having=options.having, limit=options.limit)
    sys.stdout.write("".join(_json_line(person) if options.json else _text_line(person) for person in people))
    return 0


def _export(options: argparse.Namespace) -> int:
    sys.stdout.writelines(_json_line(person) for person in export_people(_archives(options), options.limit))
    return 0


def _json_line(person: Resident) -> str:
    return orjson.dumps(person).decode() + "\n"


def _text_line(person: Resident) -> str:
    counts = "、".join(f"{name} {count}" for name, count in person["counts"].items() if count)
    return (
        f"{person['name']}\t{person['id_number']}\t手机 {person['phone']}\t社保卡 {person['social_card_number']}\t"
        f"驾驶证档案 {person['licence_file_number'] or '无'}\t公积金账号 {person['fund_account_number'] or '无'}\t"
        f"{counts}\n"
    )
