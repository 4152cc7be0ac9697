"""``index``: count a matrix, compute the index from a spreadsheet, weigh by experts, recover weights, test ranks."""

from __future__ import annotations

import csv
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from shimin.capabilities.catalogue.public import region_names, served_regions
from shimin.capabilities.indicators.counting.count import Matrix, count_matrix
from shimin.capabilities.indicators.counting.engines import ENGINES
from shimin.capabilities.indicators.index import ahp, recover, robustness
from shimin.capabilities.indicators.index.correlation import correlate
from shimin.capabilities.indicators.index.errors import IndexFault
from shimin.capabilities.indicators.index.methodology import FILE, Methodology, load_methodology
from shimin.capabilities.indicators.index.scores import Scores, compute, rounded
from shimin.capabilities.indicators.index.table import Table, read_table
from shimin.capabilities.indicators.operations.publishing import Manuscript, publish_edition
from shimin.capabilities.indicators.queries.live import live_table
from shimin.capabilities.indicators.queries.use import Span
from shimin.kernel import clock
from shimin.kernel.actor import SYSTEM
from shimin.kernel.errors import NotFound

ROOT = Path("methodologies")


class Command(BaseCommand):
    """Dispatch to one method per verb."""

    help = "Compute the city service index (count, live, compute, publish, ahp, recover, robustness, lift, correlate)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, parser_class=ArgumentParser)
        scores = _with_table(verbs.add_parser("compute", help="scores, ranks and stages of a table of regions"))
        scores.add_argument("--output", type=Path, metavar="FILE.csv", help="write there instead of the terminal")
        scores.add_argument("--exact", action="store_true", help="full precision instead of the printed decimals")
        scores.add_argument(
            "--reference", type=Path, metavar="FILE.csv", help="further regions that count for scaling only"
        )
        count = verbs.add_parser("count", help="counts by region from the events of a matrix of accounts")
        count.add_argument("--methodology", required=True, metavar="NAME", help="a folder of methodologies/")
        count.add_argument("--events", type=Path, required=True, metavar="FILE", help="Parquet or CSV")
        count.add_argument("--accounts", type=Path, required=True, metavar="FILE", help="Parquet or CSV")
        count.add_argument("--spam", type=Path, metavar="FILE", help="readers that do not count")
        count.add_argument("--population", type=Path, metavar="FILE.csv", help="region,population (in millions)")
        count.add_argument("--level", choices=["province", "city"], default="province")
        count.add_argument("--engine", choices=ENGINES, default="duckdb")
        count.add_argument("--scores", action="store_true", help="add every score that the counts reach")
        count.add_argument("--output", type=Path, metavar="FILE.csv", help="write there instead of the terminal")
        live = verbs.add_parser("live", help="what shimin-live starts from, computed from the platform's own events")
        live.add_argument("--from", type=date.fromisoformat, required=True, dest="starts_on", metavar="YYYY-MM-DD")
        live.add_argument("--until", type=date.fromisoformat, required=True, metavar="YYYY-MM-DD")
        live.add_argument(
            "--city", action="append", metavar="CODE", help="again for each; all served cities when left out"
        )
        live.add_argument("--output", type=Path, metavar="FILE.csv", help="write there instead of the terminal")
        publish = _with_table(
            verbs.add_parser("publish", help="publish an edition: pages and API show it from then on")
        )
        publish.add_argument("--level", choices=["province", "city"], required=True)
        publish.add_argument("--from", type=date.fromisoformat, required=True, dest="starts_on", metavar="YYYY-MM-DD")
        publish.add_argument(
            "--until", type=date.fromisoformat, required=True, metavar="YYYY-MM-DD", help="the day after the last one"
        )
        publish.add_argument("--source", required=True, help="where the numbers come from, in words for readers")
        publish.add_argument("--demo", action="store_true", help="mark it as invented")
        publish.add_argument("--trials", type=int, default=500, help="of the rank intervals (default 500)")
        weigh = verbs.add_parser("ahp", help="weights from experts' pairwise comparisons, one CSV square an expert")
        weigh.add_argument("files", nargs="+", type=Path, metavar="FILE.csv")
        weigh.add_argument("--warn", action="store_true", help="go on with inconsistent judgements (CR > 0.1)")
        back = verbs.add_parser("recover", help="the weights and rescaling behind printed totals")
        back.add_argument("--input", type=Path, required=True, metavar="FILE.csv")
        back.add_argument("--total", required=True, metavar="COLUMN")
        back.add_argument("--parts", required=True, metavar="COLUMN,…")
        back.add_argument("--rescaled", default="", metavar="COLUMN", help="a part that entered rescaled")
        back.add_argument("--decimals", type=int, default=1, help="of the printed totals and parts (default 1)")
        firm = _with_table(verbs.add_parser("robustness", help="rank intervals when weights are shaken"))
        firm.add_argument("--trials", type=int, default=500)
        firm.add_argument("--spread", type=float, default=0.2, help="how far a weight may go, of itself (default 0.2)")
        firm.add_argument("--seed", type=int, default=1)
        lift = _with_table(verbs.add_parser("lift", help="what would bring a region into a stage"))
        lift.add_argument("--region", required=True)
        lift.add_argument("--stage", required=True)
        lift.add_argument("--most", type=Fraction, default=Fraction(100), help="the most an input can become (100)")

        beside = verbs.add_parser("correlate", help="how a column goes along with one of another file")
        beside.add_argument("--input", type=Path, required=True, metavar="FILE.csv", help="one line a region")
        beside.add_argument("--column", required=True)
        beside.add_argument("--with", type=Path, required=True, dest="beside", metavar="FILE.csv")
        beside.add_argument("--other", required=True, metavar="COLUMN", help="of the second file; it may be negative")
        beside.add_argument("--any-region", action="store_true", help="take regions that are not on the list")

    def handle(self, *args: Any, **options: Any) -> None:
        verb = {
            "count": self._count, "live": self._live, "compute": self._compute, "publish": self._publish,
            "ahp": self._ahp, "recover": self._recover, "robustness": self._robustness, "lift": self._lift,
            "correlate": self._correlate,
        }[options["verb"]]  # fmt: skip
        try:
            verb(options)
        except IndexFault as fault:
            raise CommandError(str(fault)) from None

    def _compute(self, options: dict[str, Any]) -> None:
        methodology, table = _given(options)
        reference = read_table(options["reference"], known=_known(options)) if options["reference"] else None
        scores = compute(methodology, table, reference=reference)
        for key in scores.compared:
            what = "the printed total" if key == methodology.root else "what its parts make"
            self.stderr.write(f"{key}: differs from {what} by {float(scores.largest_difference(key)):.4f} at most")
        _put(options["output"], list(_rows(scores, exact=options["exact"])))

    def _count(self, options: dict[str, Any]) -> None:
        methodology = load_methodology(ROOT / options["methodology"])
        population = read_table(options["population"], known=region_names()) if options["population"] else None
        matrix = Matrix(options["events"], options["accounts"], options["spam"], population)
        table = count_matrix(methodology, matrix, level=options["level"], engine=options["engine"])
        scores = compute(methodology, table).values if options["scores"] else {}
        made = {key: scores[key] for key in methodology.order if key in scores and key not in table.columns}
        rows: list[Sequence[object]] = [["region", *table.columns, *made]]
        for region in table.regions:
            counts = [_plain(column[region]) for column in table.columns.values()]
            rows.append([region, *counts, *(repr(float(values[region])) for values in made.values())])
        _put(options["output"], rows)

    def _publish(self, options: dict[str, Any]) -> None:
        text = ROOT / options["methodology"] / FILE
        load_methodology(text.parent)  # tells what is wrong with the file
        manuscript = Manuscript(
            methodology=options["methodology"], text=text.read_text(encoding="utf-8"), table=_given(options)[1],
            level=options["level"], starts_on=options["starts_on"], ends_on=options["until"],
            source=options["source"].strip(), is_demo=options["demo"], trials=options["trials"],
        )  # fmt: skip
        edition_id = publish_edition(actor=SYSTEM, manuscript=manuscript, now=clock.now())
        self.stdout.write(f"published: /city-index/{edition_id}")

    def _live(self, options: dict[str, Any]) -> None:
        if options["starts_on"] >= options["until"]:
            raise IndexFault("the period is empty. Mend: --until is the day after its last one.")
        cities = options["city"] or [region.code for region in served_regions() if region.level == "city"]
        try:
            spans = [Span(code, options["starts_on"], options["until"]) for code in cities]
            table = live_table(spans, now=clock.now())
        except NotFound as absent:
            raise IndexFault(f"{absent.message} Mend: six digits of a city of the list of divisions.") from None
        rows: list[Sequence[object]] = [["region", *table.columns]]
        for region in table.regions:
            values = [column.get(region) for column in table.columns.values()]
            rows.append([region, *("" if value is None else f"{float(value):.6f}" for value in values)])
        _put(options["output"], rows)

    def _ahp(self, options: dict[str, Any]) -> None:
        judgements = [ahp.read_judgement(path) for path in options["files"]]
        together = ahp.aggregate(judgements)
        bad = []
        for judgement in [*judgements, together] if len(judgements) > 1 else judgements:
            weighing = ahp.weigh(judgement)
            shown = "  ".join(
                f"{key} {weight:.4f}" for key, weight in zip(weighing.keys, weighing.weights, strict=True)
            )
            self.stdout.write(f"{judgement.name}: {shown}  CR {weighing.ratio:.3f}")
            if not weighing.is_consistent:
                bad.append(f"{judgement.name}: CR {weighing.ratio:.3f} is above {ahp.ACCEPTED_RATIO}")
        if bad and not options["warn"]:
            raise CommandError("\n".join(bad) + "\nMend: ask these experts again, or go on with --warn.")
        for line in bad:
            self.stderr.write(f"warning: {line}")

    def _recover(self, options: dict[str, Any]) -> None:
        table = read_table(options["input"])
        found = recover.recover(
            table, total=options["total"], parts=options["parts"].split(","), rescaled=options["rescaled"],
            decimals=options["decimals"],
        )  # fmt: skip
        for each in (*found.weights, found.low, found.high):
            if each is not None:
                self.stdout.write(f"{each.name}: {each.value:.4f}  (95 %: {each.low:.4f} to {each.high:.4f})")
        self.stdout.write(f"largest error: {found.largest_error:.4f}")

    def _robustness(self, options: dict[str, Any]) -> None:
        intervals = robustness.rank_intervals(
            *_given(options), trials=options["trials"], spread=options["spread"], seed=options["seed"]
        )
        _write(sys.stdout, [["region", "rank", "low", "high"], *([i.region, i.rank, i.low, i.high] for i in intervals)])

    def _lift(self, options: dict[str, Any]) -> None:
        methodology, table = _given(options)
        for each in robustness.lifts(
            methodology, table, region=options["region"], stage=options["stage"], most=options["most"]
        ):
            title = methodology.indicators[each.key].title
            needed = "not by this alone" if each.needed is None else f"{float(each.needed):.2f}"
            self.stdout.write(f"{each.key} {title}: now {float(each.now):.2f}, needed {needed}")

    def _correlate(self, options: dict[str, Any]) -> None:
        known = _known(options)
        series = []
        for path, column in ((options["input"], options["column"]), (options["beside"], options["other"])):
            table = read_table(path, known=known, may_be_negative=[column])
            if column not in table.columns:
                raise IndexFault(f"{path}: no column {column}. Mend: it has {', '.join(table.columns)}.")
            series.append(table.columns[column])
        found = correlate(*series)
        self.stdout.write(f"{found.size} regions: Pearson {found.pearson:.3f}, Spearman {found.spearman:.3f}")
        if found.left_out:
            self.stderr.write(f"only in one file: {', '.join(found.left_out)}")


def _with_table(parser: ArgumentParser) -> ArgumentParser:
    parser.add_argument("--methodology", required=True, metavar="NAME", help="a folder of methodologies/")
    parser.add_argument("--input", type=Path, required=True, metavar="FILE.csv", help="one line a region")
    parser.add_argument("--any-region", action="store_true", help="take regions that are not on the list of divisions")
    return parser


def _given(options: dict[str, Any]) -> tuple[Methodology, Table]:
    return load_methodology(ROOT / options["methodology"]), read_table(options["input"], known=_known(options))


def _known(options: dict[str, Any]) -> frozenset[str]:
    return frozenset() if options["any_region"] else region_names()


def _rows(scores: Scores, *, exact: bool) -> Iterable[Sequence[object]]:
    """Yield the header, then the regions by rank (without a total: in the table's order)."""
    root, decimals = scores.methodology.root, scores.methodology.decimals
    first = list(scores.methodology.indicators[root].parts)
    yield ["region", *first, root, "rank", "stage"]
    ranked = scores.ranked
    for rank, region in enumerate(ranked or scores.regions, start=1):
        shown = [_shown(scores, key, region, decimals, exact) for key in (*first, root)]
        yield [region, *shown, *((rank, scores.stage_of(region).name) if ranked else ("", ""))]


def _shown(scores: Scores, key: str, region: str, decimals: int, exact: bool) -> str:
    value = scores.values.get(key, {}).get(region)
    if value is None:
        return ""
    return repr(float(value)) if exact else str(rounded(value, decimals))


def _plain(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else repr(float(value))


def _put(output: Path | None, rows: Iterable[Sequence[object]]) -> None:
    """Write the rows to the file, or to the terminal."""
    if output is None:
        _write(sys.stdout, rows)
        return
    try:
        with output.open("w", encoding="utf-8", newline="") as file:
            _write(file, rows)
    except OSError as error:
        raise CommandError(f"{output}: {error.strerror}. Mend: choose a file that can be written.") from None


def _write(file: Any, rows: Iterable[Sequence[object]]) -> None:
    csv.writer(file, lineterminator="\n").writerows(rows)
