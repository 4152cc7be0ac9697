"""``ask``: messages and requests in bulk: import, export, classify, hot topics; the classifier and dispatch rules."""

from __future__ import annotations

import csv
from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import orjson
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from shimin.capabilities.catalogue.public import (
    PLACE_COLUMNS,
    each_known_place,
    has_region,
    import_known_places,
)
from shimin.capabilities.service_requests.bulk.exporting import export_file
from shimin.capabilities.service_requests.bulk.importing import Columns, Progress, import_file, write_rejects
from shimin.capabilities.service_requests.bulk.replay import Counts, ReplayRuns
from shimin.capabilities.service_requests.bulk.replay_files import default_file, is_worker_alive, make_replay
from shimin.capabilities.service_requests.bulk.replay_report import is_sound, report_lines
from shimin.capabilities.service_requests.domain.dispatch_rules import RulesUnreadable, read_catalogue
from shimin.capabilities.service_requests.public import check_catalogue, replay_outcome
from shimin.capabilities.service_requests.text.classifier.model import DEFAULT_FOLDER, ModelUnreadable, load_model
from shimin.capabilities.service_requests.text.csv_files import FileUnreadable, read_lines, read_table
from shimin.capabilities.service_requests.text.topics.files import as_row, read_messages
from shimin.capabilities.service_requests.text.topics.hot import find_topics
from shimin.capabilities.service_requests.text.topics.pairs import LABELS, PairsUnreadable, measure, read_pairs
from shimin.kernel import clock
from shimin.kernel.clock import CHINA, local_date
from shimin.kernel.errors import NotFound

_SHOWN = 20


class Command(BaseCommand):
    """Dispatch to one method per verb."""

    help = "Classify messages, find hot topics, train the classifier, check the dispatch catalogue."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, parser_class=ArgumentParser)
        train = verbs.add_parser("train", help="fit the classifier from the labelled texts of a folder")
        train.add_argument("folder", type=Path)
        train.add_argument("--output", type=Path, default=Path("var/model"), help="where the model is written")
        train.add_argument("--date", type=date.fromisoformat, help="the day named in the model's card")
        hot = verbs.add_parser("hot", help="print the hottest topics of messages")
        hot.add_argument("--input", type=Path, required=True, help="id, subject, body, posted_at (user, likes)")
        hot.add_argument("--top", type=int, default=20, help="how many (default 20)")
        hot.add_argument("--json", action="store_true", help="one object a line")
        pairs = verbs.add_parser("pairs", help="precision and recall of hot topics over labelled pairs of messages")
        pairs.add_argument("--input", type=Path, required=True, help="the messages, as for hot")
        pairs.add_argument("--pairs", type=Path, help="stratum, population, one, other, same (default: what ships)")
        classify = verbs.add_parser("classify", help="write id,category,probability for raw messages")
        classify.add_argument("--input", type=Path, required=True)
        classify.add_argument("--output", type=Path, required=True)
        classify.add_argument("--text", default="subject,body", help="the columns that hold the words")
        classify.add_argument("--id", default="id", help="the column that names the message")
        classify.add_argument("--model", type=Path, default=DEFAULT_FOLDER, help="a folder written by train")
        bring = verbs.add_parser("import", help="make each line of a CSV file a request, once for good")
        bring.add_argument(
            "file", type=Path, help="columns: id, subject, body; posted_at, kind, address, district, phone"
        )
        bring.add_argument("--city", default="430100", help="the city's code (default 430100)")
        bring.add_argument("--source", help="who names the messages by their ids (default: the file's name)")
        bring.add_argument("--text", default="subject,body", help="the columns that hold the words")
        bring.add_argument("--id", default="id", help="the column that names the message within the source")
        bring.add_argument("--posted-at", default="posted_at", help="the column of the time, local; without: now")
        bring.add_argument("--rejects", type=Path, help="write rejected lines here: line, id, reason")
        export = verbs.add_parser("export", help="write a city's requests into a CSV file (.gz: packed)")
        export.add_argument("file", type=Path)
        export.add_argument("--city", default="430100", help="the city's code (default 430100)")
        export.add_argument(
            "--from", dest="starts", type=date.fromisoformat, default=date(2000, 1, 1), help="first day"
        )
        export.add_argument("--to", dest="ends", type=date.fromisoformat, help="the day after the last (default: all)")
        export.add_argument("--unmasked", action="store_true", help="with numbers of people as they were written")
        replay = verbs.add_parser(
            "replay", help="let messages arrive on a virtual clock in a demo city, with simulated desks"
        )
        replay.add_argument(
            "file", type=Path, nargs="?", help="like import, with user (default: the hotline set, or invented)"
        )
        replay.add_argument("--speed", default="max", help="virtual seconds a second, or max (default)")
        replay.add_argument("--seed", type=int, default=1, help="of the simulated desks' delays (default 1)")
        replay.add_argument("--city", default="430100", help="the city's code (default 430100)")
        replay.add_argument("--json", action="store_true", help="print the outcome as one object")
        rules = verbs.add_parser("rules", help="check the dispatch catalogue; what it names must be there")
        rules.add_argument("--folder", type=Path, help="where dispatch.csv lies (default: SHIMIN_RULES_DIR)")
        rules.add_argument("--city", default="430100", help="the city whose thresholds --measure takes")
        rules.add_argument(
            "--measure", type=Path, metavar="TEXTS", help="a folder of labelled texts: measure thresholds"
        )

        places = verbs.add_parser("places", help="take known places of a city from a CSV file, or write them into one")
        places.add_argument("act", choices=["import", "export"])
        places.add_argument("file", type=Path, help=f"columns: {', '.join(PLACE_COLUMNS)} (WGS-84)")
        places.add_argument("--city", default="430100", help="the city's code (default 430100)")
        places.add_argument("--demo", action="store_true", help="mark them as invented")
        places.add_argument("--remove-others", action="store_true", help="places that the file has no more go")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['verb']}")(options)
        except (FileUnreadable, ModelUnreadable, RulesUnreadable) as refused:
            raise CommandError(str(refused)) from refused

    def _train(self, options: dict[str, Any]) -> None:
        try:
            from shimin.capabilities.service_requests.text.card import train
        except ImportError as missing:
            raise CommandError(f"training needs scikit-learn: pip install shimin[train] ({missing.name})") from missing
        for line in train(options["folder"], options["output"], options["date"]):
            self.stdout.write(line)

    def _pairs(self, options: dict[str, Any]) -> None:
        messages = read_messages(options["input"])
        try:
            labels = read_pairs(options["pairs"] or LABELS)
            found = measure(find_topics(messages), labels, frozenset(each.message_id for each in messages))
        except (PairsUnreadable, OSError) as wrong:
            raise CommandError(str(wrong)) from None
        for name, share, (low, high) in (
            ("precision", found.precision, found.precision_range), ("recall", found.recall, found.recall_range),
        ):  # fmt: skip
            self.stdout.write(f"{name:<10} {share:.3f}  (95 %: {low:.3f} – {high:.3f})")
        self.stdout.write(f"F1         {found.f1:.3f}")
        self.stdout.write(f"{found.pairs} pairs" + (f", {found.missing} of other messages" if found.missing else ""))
        for stratum, (drawn, same, together, both) in found.strata.items():
            self.stdout.write(f"  {stratum:<9} {drawn:>4} drawn: {same} same, {together} together, {both} both")

    def _hot(self, options: dict[str, Any]) -> None:
        topics = find_topics(read_messages(options["input"]))[: max(options["top"], 0)]
        for rank, topic in enumerate(topics, start=1):
            if options["json"]:
                self.stdout.write(orjson.dumps({"rank": rank, **as_row(topic)}).decode())
            else:
                days = f"{topic.starts_at:%Y-%m-%d} – {topic.ends_at:%Y-%m-%d}"
                self.stdout.write(f"{rank:>3}  {topic.heat:>6}  {days}  {topic.place or '—'}  {topic.description}")
                self.stdout.write(f"     {len(topic.message_ids)}: {' '.join(topic.message_ids)}")

    def _classify(self, options: dict[str, Any]) -> None:
        columns = _names(options["text"])
        table = read_table(options["input"], (options["id"], *columns))
        model = load_model(options["model"])
        try:
            with options["output"].open("w", encoding="utf-8", newline="") as output:
                lines = csv.writer(output, lineterminator="\n")
                lines.writerow(["id", "category", "probability"])
                silent = 0
                for row in table.rows:
                    guesses = model.read(" ".join(row[name] for name in columns)).guesses
                    silent += not guesses
                    said = (guesses[0].category, f"{guesses[0].probability:.4f}") if guesses else ("", "0.0000")
                    lines.writerow([row[options["id"]], *said])
        except OSError as error:
            raise CommandError(f"{options['output']} cannot be written: {error.strerror}") from error
        self.stdout.write(f"{len(table.rows)} messages classified" + (f", {silent} without a word" if silent else ""))

    def _rules(self, options: dict[str, Any]) -> None:
        folder = options["folder"] or settings.SHIMIN.rules_dir
        catalogue, faults = read_catalogue(folder), check_catalogue(folder)
        for fault in faults:
            self.stdout.write(fault)
        self.stdout.write(f"{len(catalogue.rules)} rules, {len(catalogue.thresholds)} thresholds, {len(faults)} faults")
        if options["measure"] is not None:
            try:
                from shimin.capabilities.service_requests.text.coverage import measure
            except ImportError as missing:
                raise CommandError(
                    f"measuring needs scikit-learn: pip install shimin[train] ({missing.name})"
                ) from missing
            day = local_date(clock.now())
            for line in measure(options["measure"], catalogue, city_code=options["city"], day=day):
                self.stdout.write(line)
        if faults:
            raise CommandError("the catalogue names what is not there, see above")

    def _import(self, options: dict[str, Any]) -> None:
        path: Path = options["file"]
        columns = Columns(options["id"], _names(options["text"]), options["posted_at"])
        done = import_file(
            path, city_code=options["city"], source=options["source"] or path.name.split(".")[0], columns=columns,
            now=clock.now(), told=_Meter(self.stderr.write),
        )  # fmt: skip
        if options["rejects"] is not None:
            write_rejects(options["rejects"], done.rejects)
        for reject in done.rejects[:_SHOWN]:
            self.stderr.write(f"line {reject.line}, {reject.key or 'no id'}: {reject.reason}")
        if len(done.rejects) > _SHOWN:
            self.stderr.write(f"… and {len(done.rejects) - _SHOWN} more: write them into a file by --rejects")
        self.stdout.write(
            f"{done.lines} lines: {done.imported} imported, {done.repeated} known already, {len(done.rejects)} rejected"
        )
        if done.rejects:
            raise CommandError("mend the rejected lines and run it again: what is imported stays as it is")

    def _places(self, options: dict[str, Any]) -> None:
        if not has_region(options["city"]):
            raise CommandError(f"--city {options['city']}: no such city")
        if options["act"] == "export":
            self._export_places(options["file"], options["city"])
            return
        try:
            done = import_known_places(
                city_code=options["city"], lines=read_lines(options["file"], PLACE_COLUMNS), is_demo=options["demo"],
                removes_others=options["remove_others"], now=clock.now(),
            )  # fmt: skip
        except NotFound as wrong:
            raise CommandError(f"{wrong.message}{wrong.mend}") from None
        for reject in done.rejected[:_SHOWN]:
            self.stderr.write(f"line {reject.line}, {reject.name or 'no name'}: {reject.reason}")
        if len(done.rejected) > _SHOWN:
            self.stderr.write(f"… and {len(done.rejected) - _SHOWN} more")
        self.stdout.write(
            f"{done.added} added, {done.changed} changed, {done.same} the same, {done.removed} removed, "
            f"{len(done.rejected)} rejected"
        )
        if done.rejected:
            raise CommandError("mend the rejected lines and run it again: what is imported stays as it is")

    def _export_places(self, path: Path, city_code: str) -> None:
        with path.open("w", encoding="utf-8", newline="") as output:
            lines = csv.writer(output, lineterminator="\n")
            lines.writerow(PLACE_COLUMNS)
            rows = [
                [each.name, each.sort, each.lng, each.lat, each.region_code] for each in each_known_place(city_code)
            ]
            lines.writerows(rows)
        self.stdout.write(f"{len(rows)} places written into {path}")

    def _replay(self, options: dict[str, Any]) -> None:
        if not settings.SHIMIN.demo:
            raise CommandError("a replay fills queues with a city of the past: it runs with SHIMIN_DEMO=1 only")
        if is_worker_alive(clock.now()):
            raise CommandError("a worker runs, and it reckons by today's clock: end ./shimin demo first")
        path: Path = options["file"] or default_file()
        self.stderr.write(f"messages: {path}")
        replay, rejects = make_replay(
            path, city_code=options["city"], seed=options["seed"], speed=_speed(options["speed"]), now=clock.now(),
            told=_ReplayMeter(self.stderr.write),
        )  # fmt: skip
        try:
            counts = replay.run()
        except ReplayRuns:
            raise CommandError("another replay is under way in this database") from None
        outcome = replay_outcome(replay.request_ids)
        if options["json"]:
            self.stdout.write(orjson.dumps({"done": asdict(counts), "outcome": asdict(outcome)}).decode())
        else:
            for line in report_lines(outcome):
                self.stdout.write(line)
            self.stdout.write(f"this run            {counts.total:>7,}   acts")
        for reject in rejects[:_SHOWN]:
            self.stderr.write(f"line {reject.line}, {reject.key or 'no id'}: {reject.reason}")
        if not is_sound(outcome, len(replay.messages)):
            raise CommandError("the outcome is not sound: compare the figures above")

    def _export(self, options: dict[str, Any]) -> None:
        now = clock.now()
        starts, ends = (
            datetime.combine(day, time.min, tzinfo=CHINA)
            for day in (options["starts"], options["ends"] or local_date(now) + timedelta(days=1))
        )
        try:
            count = export_file(
                options["file"], city_code=options["city"], starts_at=starts, ends_at=ends,
                is_masked=not options["unmasked"], now=now,
            )  # fmt: skip
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be written: {error.strerror}") from error
        self.stdout.write(f"{count} requests written into {options['file']}")


class _Meter:
    """Tells how far an import is, at most once a second."""

    def __init__(self, write: Callable[[str], Any]) -> None:
        self._write, self._started, self._told = write, monotonic(), monotonic()

    def __call__(self, progress: Progress) -> None:
        if monotonic() - self._told >= 1:
            self._told = monotonic()
            rate = progress.imported / (self._told - self._started)
            self._write(
                f"line {progress.lines}: {progress.imported} imported ({rate:.0f}/s), {progress.repeated} known, "
                f"{len(progress.rejects)} rejected"
            )


def _names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    if not names:
        raise CommandError("--text names no column: give for example --text subject,body")
    return names


class _ReplayMeter:
    """Tells how far a replay is, at most every two seconds."""

    def __init__(self, write: Callable[[str], Any]) -> None:
        self._write, self._told = write, monotonic()

    def __call__(self, virtual: datetime, counts: Counts) -> None:
        if monotonic() - self._told >= 2:
            self._told = monotonic()
            self._write(
                f"{virtual.astimezone(CHINA):%Y-%m-%d}: {counts.arrived} arrived, {counts.answered} answered, "
                f"{counts.cards} cards"
            )


def _speed(text: str) -> float | None:
    if text == "max":
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed < float("inf"):
        raise CommandError(f"--speed {text}: give virtual seconds a second, such as 3600, or max")
    return speed
