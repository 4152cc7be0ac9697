"""``ask``: train the classifier of messages and read messages in bulk."""

from __future__ import annotations

import csv
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from shimin.capabilities.service_requests.domain.dispatch_rules import RulesUnreadable, read_catalogue
from shimin.capabilities.service_requests.public import check_catalogue
from shimin.capabilities.service_requests.text.classifier.model import DEFAULT_FOLDER, ModelUnreadable, load_model
from shimin.capabilities.service_requests.text.csv_files import FileUnreadable, read_table
from shimin.capabilities.service_requests.text.topics.files import as_row, read_messages
from shimin.capabilities.service_requests.text.topics.hot import find_topics
from shimin.kernel import clock
from shimin.kernel.clock import local_date


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
        classify = verbs.add_parser("classify", help="write id,category,probability for raw messages")
        classify.add_argument("--input", type=Path, required=True)
        classify.add_argument("--output", type=Path, required=True)
        classify.add_argument("--text", default="subject,body", help="the columns that hold the words")
        classify.add_argument("--id", default="id", help="the column that names the message")
        classify.add_argument("--model", type=Path, default=DEFAULT_FOLDER, help="a folder written by train")
        rules = verbs.add_parser("rules", help="check the dispatch catalogue; what it names must be there")
        rules.add_argument("--folder", type=Path, help="where dispatch.csv lies (default: SHIMIN_RULES_DIR)")
        rules.add_argument("--city", default="430100", help="the city whose thresholds --measure takes")
        rules.add_argument(
            "--measure", type=Path, metavar="TEXTS", help="a folder of labelled texts: measure thresholds"
        )

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
        columns = tuple(name.strip() for name in options["text"].split(",") if name.strip())
        if not columns:
            raise CommandError("--text names no column: give for example --text subject,body")
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
