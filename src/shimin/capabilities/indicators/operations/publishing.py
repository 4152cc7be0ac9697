"""Publish an edition of an index: compute, keep inputs and results, supersede the one before."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import orjson
from django.db import connection

from shimin.capabilities.catalogue.public import COUNTRY, Region, published_regions
from shimin.capabilities.indicators.events import EditionPublished
from shimin.capabilities.indicators.index.errors import IndexFault
from shimin.capabilities.indicators.index.methodology import read_methodology
from shimin.capabilities.indicators.index.robustness import rank_intervals
from shimin.capabilities.indicators.index.scores import Scores, compute, rounded
from shimin.capabilities.indicators.index.table import Table
from shimin.capabilities.indicators.models import IndexEdition, IndexScore
from shimin.kernel import audit
from shimin.kernel.actor import Actor
from shimin.kernel.db import scope
from shimin.kernel.events import emit

SPREAD = 0.2  # how far a weight is shaken, of itself
_SEED = 1


@dataclass(frozen=True, slots=True)
class Manuscript:
    """What is to be published. ``text`` is the methodology's YAML; the period is half-open."""

    methodology: str
    text: str
    table: Table
    level: str
    starts_on: date
    ends_on: date
    source: str
    is_demo: bool = False
    trials: int = 500


def publish_edition(*, actor: Actor, manuscript: Manuscript, now: datetime) -> int:
    """Publish and return the edition's id; for commands (actor: the system).

    Idempotent: what is published already with the same inputs is returned as it is. Other inputs for the same
    methodology, regions and period supersede the edition before, which stays readable.

    Raises:
        IndexFault: the table makes no total, names other regions, or the period is empty.
    """
    if manuscript.starts_on >= manuscript.ends_on:
        raise IndexFault("the period is empty. Mend: --until is the day after its last one.")
    methodology = read_methodology(manuscript.methodology, manuscript.text, where=manuscript.methodology)
    scores = compute(methodology, manuscript.table)
    if not scores.ranked:
        raise IndexFault(
            f"{manuscript.table.name}: it does not reach {methodology.root}. Mend: add the missing columns."
        )
    regions = _regions(manuscript)
    intervals = {
        each.region: (each.low, each.high)
        for each in rank_intervals(methodology, manuscript.table, trials=manuscript.trials, spread=SPREAD, seed=_SEED)
    }
    inputs = {name: {region: str(value) for region, value in column.items()}
              for name, column in manuscript.table.columns.items()}  # fmt: skip
    edition = IndexEdition(
        methodology=methodology.key, methodology_text=manuscript.text, level=manuscript.level,
        parent_code=_parent(manuscript.level, regions), starts_on=manuscript.starts_on, ends_on=manuscript.ends_on,
        source=manuscript.source, is_demo=manuscript.is_demo, inputs=inputs, trials=manuscript.trials, spread=SPREAD,
        inputs_hash=_hash(manuscript, inputs), published_at=now,
    )  # fmt: skip
    with scope(actor):
        return _keep(actor, edition, scores, regions, intervals, now)


def _keep(
    actor: Actor,
    edition: IndexEdition,
    scores: Scores,
    regions: Mapping[str, Region],
    intervals: Mapping[str, tuple[int, int]],
    now: datetime,
) -> int:
    # Two who publish at once must not both find nothing to supersede.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('indicators_index_edition'))")
    current = IndexEdition.objects.filter(
        methodology=edition.methodology, level=edition.level, parent_code=edition.parent_code,
        starts_on=edition.starts_on, ends_on=edition.ends_on, superseded_at__isnull=True,
    )  # fmt: skip
    known = current.filter(inputs_hash=edition.inputs_hash).first()
    if known is not None:
        return int(known.id)
    current.update(superseded_at=now)
    edition.save(force_insert=True)
    IndexScore.objects.bulk_create(_rows(edition, scores, regions, intervals))
    audit.record(
        actor=actor, action="indicators.edition_published", target="index_edition", target_id=edition.id, now=now,
        details={"methodology": edition.methodology, "inputs_hash": edition.inputs_hash, "regions": len(regions)},
    )  # fmt: skip
    published = EditionPublished(
        edition.id, edition.methodology, edition.level, edition.parent_code, edition.starts_on.isoformat(),
        edition.ends_on.isoformat(),
    )  # fmt: skip
    emit(published, aggregate="index_edition", aggregate_id=edition.id, version=1, now=now)
    return int(edition.id)


def _rows(
    edition: IndexEdition,
    scores: Scores,
    regions: Mapping[str, Region],
    intervals: Mapping[str, tuple[int, int]],
) -> list[IndexScore]:
    decimals = scores.methodology.decimals
    rows = []
    for rank, name in enumerate(scores.ranked, start=1):
        own = {key: values[name] for key, values in scores.values.items() if name in values}
        low, high = intervals[name]
        rows.append(
            IndexScore(
                edition=edition,
                region_code=regions[name].code,
                region_name=regions[name].short_name,
                input_name=name,
                rank=rank,
                rank_low=low,
                rank_high=high,
                stage=scores.stage_of(name).name,
                shown={key: str(rounded(value, decimals)) for key, value in own.items()},
                values={key: float(value) for key, value in own.items()},
            )
        )  # fmt: skip
    return rows


def _regions(manuscript: Manuscript) -> dict[str, Region]:
    """Return the region of each name of the table.

    Raises:
        IndexFault: names that are no region of the level, or of several.
    """
    by_name: dict[str, list[Region]] = {}
    for region in published_regions():
        if region.level == manuscript.level:
            for name in {region.name, region.short_name}:
                by_name.setdefault(name, []).append(region)
    faults = []
    found = {}
    for name in manuscript.table.regions:
        match by_name.get(name, []):
            case [region]:
                found[name] = region
            case []:
                faults.append(
                    f"{name} is no {manuscript.level} of the list of divisions. Mend: correct the name or --level."
                )
            case several:
                faults.append(f"{name} may be {', '.join(each.code for each in several)}. Mend: write the full name.")
    if len({region.code for region in found.values()}) < len(found):
        faults.append("a region stands twice, by its full and its short name. Mend: keep one.")
    if faults:
        raise IndexFault(*faults)
    return found


def _parent(level: str, regions: Mapping[str, Region]) -> str:
    """Return the province whose cities these are, or the country."""
    parents = {region.parent_code for region in regions.values()}
    return parents.pop() if level == "city" and len(parents) == 1 else COUNTRY


def _hash(manuscript: Manuscript, inputs: Mapping[str, Mapping[str, str]]) -> str:
    kept = [manuscript.methodology, manuscript.text, manuscript.level, manuscript.source, manuscript.is_demo,
            manuscript.trials, list(manuscript.table.regions), inputs]  # fmt: skip
    return hashlib.sha256(orjson.dumps(kept, option=orjson.OPT_SORT_KEYS)).hexdigest()
