"""The world search is judged in: the published items and 50,000 distractors; and the judging itself.

python -m bench.search.world load      # into the database of DATABASE_URL, beside what is published
python -m bench.search.world judge bench/search/tuning.csv
"""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from bench.search.distractors import COUNT, Distractor, generate

REGION = "430100"
SINCE = datetime(2020, 1, 1, tzinfo=UTC)
BATCH = 2000


@dataclass(frozen=True)
class Verdict:
    """One judged request."""

    query: str
    expected: tuple[str, ...]
    found: tuple[str, ...]

    @property
    def is_hit(self) -> bool:
        return bool(self.found) and self.found[0] in self.expected

    @property
    def recall(self) -> float:
        return len(set(self.expected) & set(self.found[:5])) / len(self.expected)


def load(count: int = COUNT) -> None:
    """Add the distractors as items of an agency of their own per region; does nothing when they are there."""
    from django.db import connection

    from shimin.capabilities.catalogue.models import Region, ServiceItem
    from shimin.capabilities.catalogue.operations.stamp import changing
    from shimin.capabilities.catalogue.search.index import count_terms
    from shimin.kernel.actor import SYSTEM

    if ServiceItem.objects.filter(slug="distractor-0").exists():
        return
    with changing(SYSTEM):
        agencies: dict[str, Any] = {}
        distractors = enumerate(generate(count))
        while batch := list(islice(distractors, BATCH)):
            _add(batch, agencies)
        count_terms(Region.objects.order_by("code").values_list("short_name", "pinyin"))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _add(batch: list[tuple[int, Distractor]], agencies: dict[str, Any]) -> None:
    from shimin.capabilities.catalogue.models import Agency, ServiceItem, ServiceVersion
    from shimin.capabilities.catalogue.search.index import IndexedVersion, write_entries
    from shimin.kernel.ids import new_id

    items, versions = [], []
    for number, distractor in batch:
        region = distractor["region"]
        if region not in agencies:
            agencies[region] = Agency.objects.create(
                id=new_id(), region_code=region, slug="distractors", name="许可机关", short_name="许可机关",
                uscc="0" * 18, is_demo=True, doc={},
            )  # fmt: skip
        item = ServiceItem(id=new_id(), region_code=region, agency=agencies[region], slug=f"distractor-{number}")
        items.append(item)
        versions.append(_version(item, distractor))
    ServiceItem.objects.bulk_create(items)
    ServiceVersion.objects.bulk_create(versions)
    write_entries(
        IndexedVersion(version.id, version.item.region_code, SINCE, None, version.doc) for version in versions
    )


def _version(item: Any, distractor: Distractor) -> Any:
    from shimin.capabilities.catalogue.models import ServiceVersion
    from shimin.kernel.ids import new_id

    doc = {key: distractor[key] for key in ("name", "summary", "keywords")}  # type: ignore[literal-required]
    return ServiceVersion(
        id=new_id(), item=item, number=1, doc=doc, content_hash=b"", effective_from=SINCE, published_at=SINCE,
        name=distractor["name"], summary=distractor["summary"], icon="file-text", tab="government",
        service_class="livelihood", audience="legal", assurance_level=2, online="guide", status="running", stars=1,
        legal_themes=["010"], is_demo=True,
    )  # fmt: skip


def judge(path: Path, *, limit: int = 20) -> Iterator[Verdict]:
    """Ask each request of a file in 长沙 and yield what was found."""
    from shimin.capabilities.catalogue.public import search_items

    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            cards = search_items(REGION, row["query"], limit).cards
            yield Verdict(row["query"], tuple(row["expected"].split("|")), tuple(card.slug for card in cards))


def main() -> None:
    """Load or judge, as the command line says."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shimin.project.settings")
    django.setup()
    if sys.argv[1] == "load":
        load()
        return
    verdicts = list(judge(Path(sys.argv[2])))
    for verdict in verdicts:
        if not verdict.is_hit or verdict.recall < 1:
            print(f"{verdict.query}: expected {'|'.join(verdict.expected)}, found {'|'.join(verdict.found[:5])}")
    precision = sum(verdict.is_hit for verdict in verdicts) / len(verdicts)
    recall = sum(verdict.recall for verdict in verdicts) / len(verdicts)
    print(f"{len(verdicts)} requests: P@1 {precision:.3f}, recall@5 {recall:.3f}")


if __name__ == "__main__":
    main()
