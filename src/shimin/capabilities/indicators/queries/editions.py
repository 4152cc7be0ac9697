"""Published editions: the list, the ranking, a region's way through the periods, what would lift it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from functools import lru_cache

from django.db.models import Count

from shimin.capabilities.indicators.index.methodology import Methodology, read_methodology
from shimin.capabilities.indicators.index.robustness import Lift, lifts
from shimin.capabilities.indicators.index.table import Table
from shimin.capabilities.indicators.models import IndexEdition, IndexScore
from shimin.kernel.errors import NotFound

_MOST = Fraction(100)  # no score of a methodology goes beyond


@dataclass(frozen=True, slots=True)
class Edition:
    """A published edition; the period is half-open. ``superseded_at`` is None for the one that counts."""

    edition_id: int
    methodology: Methodology
    level: str
    parent_code: str
    starts_on: date
    ends_on: date
    source: str
    is_demo: bool
    trials: int
    spread: float
    inputs_hash: str
    published_at: datetime
    superseded_at: datetime | None


@dataclass(frozen=True, slots=True)
class Score:
    """A region in an edition: rank, the ranks it keeps when weights are shaken, printed and unrounded scores."""

    region_code: str
    region_name: str
    rank: int
    rank_low: int
    rank_high: int
    stage: str
    shown: Mapping[str, str]
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class PastScore:
    """A region's total and rank in an edition of the same kind."""

    starts_on: date
    ends_on: date
    shown: str
    value: float
    rank: int
    of: int


def list_editions() -> list[Edition]:
    """Return the editions that count: provinces first, then by province, the newest period first."""
    rows = IndexEdition.objects.filter(superseded_at__isnull=True)
    return [
        _edition(row) for row in rows.defer("inputs").order_by("-level", "parent_code", "-ends_on", "methodology", "id")
    ]


def get_edition(edition_id: int) -> Edition:
    """Return an edition, a superseded one too.

    Raises:
        NotFound: there is none.
    """
    row = IndexEdition.objects.filter(id=edition_id).defer("inputs").first()
    if row is None:
        raise NotFound("没有这一期指数。")
    return _edition(row)


def list_scores(edition_id: int) -> list[Score]:
    """Return the scores of an edition by rank."""
    return [_score(row) for row in IndexScore.objects.filter(edition_id=edition_id).order_by("rank")]


def list_past_scores(edition: Edition, region_code: str) -> list[PastScore]:
    """Return the region's totals in this edition and those of its kind before it, oldest first."""
    rows = IndexScore.objects.filter(
        edition__methodology=edition.methodology.key, edition__level=edition.level,
        edition__parent_code=edition.parent_code, edition__superseded_at__isnull=True,
        edition__ends_on__lte=edition.ends_on, region_code=region_code,
    ).select_related("edition").order_by("edition__starts_on", "edition__ends_on")  # fmt: skip
    root = edition.methodology.root
    sizes = _sizes([row.edition_id for row in rows])
    return [
        PastScore(
            row.edition.starts_on, row.edition.ends_on, row.shown[root], row.values[root], row.rank,
            sizes[row.edition_id],
        )
        for row in rows
    ]  # fmt: skip


def _sizes(edition_ids: list[int]) -> dict[int, int]:
    found = IndexScore.objects.filter(edition_id__in=edition_ids).values("edition_id").annotate(size=Count("id"))
    return {row["edition_id"]: row["size"] for row in found}


@lru_cache(maxsize=1024)
def find_lifts(edition_id: int, region_code: str, stage: str) -> tuple[Lift, ...]:
    """Return what each given indicator would have to become, all else as it is, to reach the stage.

    Kept for the process: an edition never changes, and one answer takes a fifth of a second.
    """
    row = IndexEdition.objects.get(id=edition_id)
    score = IndexScore.objects.get(edition_id=edition_id, region_code=region_code)
    table = table_of(row)
    return tuple(lifts(_methodology_of(row), table, region=score.input_name, stage=stage, most=_MOST))


def table_of(row: IndexEdition) -> Table:
    """Return the inputs of an edition as they were."""
    columns = {name: {region: Fraction(text) for region, text in column.items()} for name, column in row.inputs.items()}
    regions = tuple(dict.fromkeys(region for column in columns.values() for region in column))
    return Table(f"edition {row.id}", regions, columns)


def _methodology_of(row: IndexEdition) -> Methodology:
    return _read(row.methodology, row.methodology_text)


@lru_cache(maxsize=32)
def _read(key: str, text: str) -> Methodology:
    return read_methodology(key, text, where=key)


def _edition(row: IndexEdition) -> Edition:
    return Edition(
        row.id, _methodology_of(row), row.level, row.parent_code, row.starts_on, row.ends_on, row.source, row.is_demo,
        row.trials, row.spread, row.inputs_hash, row.published_at, row.superseded_at,
    )  # fmt: skip


def _score(row: IndexScore) -> Score:
    return Score(
        row.region_code, row.region_name, row.rank, row.rank_low, row.rank_high, row.stage, row.shown, row.values
    )
