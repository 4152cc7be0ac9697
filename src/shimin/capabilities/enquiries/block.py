"""The block ``lookup``: how an item of the catalogue comes to show a person their record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from django.urls import reverse

from shimin.capabilities.catalogue.public import (
    Entry,
    Evidence,
    ExampleResult,
    Finding,
    ItemGuide,
    ServiceFolder,
)
from shimin.capabilities.enquiries.domain.answer import tell
from shimin.capabilities.enquiries.domain.consistency import faults_of
from shimin.capabilities.enquiries.domain.declaration import UnknownView, parse_lookup
from shimin.capabilities.enquiries.domain.fields import WrongAnswer, accept_records
from shimin.kernel import clock

KEY = "lookup"
SCHEMA = Path(__file__).parent / "schemas" / "lookup.schema.json"


@cache
def _schema() -> Mapping[str, Any]:
    schema: Mapping[str, Any] = orjson.loads(SCHEMA.read_bytes())
    return schema


class LookupBlock:
    """See ``catalogue.blocks.Block``."""

    key = KEY

    @property
    def schema(self) -> Mapping[str, Any]:
        return _schema()

    def check(self, part: Mapping[str, Any], folder: ServiceFolder) -> Iterable[Finding]:
        """Yield what the schema cannot see."""
        level = folder.data.get("assurance_level", 0)
        for path, what in faults_of(parse_lookup(part), level=level, today=clock.local_date(clock.now())):
            place = tuple(int(step) if step.isdigit() else step for step in path.split("."))
            yield folder.block_fault(KEY, place, f"{KEY}.{path}: {what}", "see docs/howto/connect-a-record-source.md.")

    def entry(self, item: ItemGuide) -> Entry:
        """Return the button "查我的…"."""
        address = reverse("enquiries:look_up", args=[item.card.region_code, item.card.slug])
        return Entry(label=item.doc[KEY]["button"], url=address, level=item.card.level, block=KEY)

    def run_example(self, item: ItemGuide, example: Mapping[str, Any]) -> ExampleResult:
        """Tell the example's records and compare: ``lookup: {view, records, says, big}`` (view, big: optional)."""
        given = example[KEY]
        try:
            view = parse_lookup(item.doc[KEY]).view(given.get("view", ""))
            answer = tell(view, accept_records(view.fields, given["records"]))
        except UnknownView as unknown:
            return ExampleResult(False, f"there is no view {unknown}")
        except WrongAnswer as wrong:
            return ExampleResult(False, f"the records do not fit: {wrong}")
        if answer.sentence != given["says"]:
            return ExampleResult(False, f"says {answer.sentence!r}, not {given['says']!r}")
        big = answer.big.text if answer.big else ""
        if "big" in given and big != given["big"]:
            return ExampleResult(False, f"the big figure is {big!r}, not {given['big']!r}")
        return ExampleResult(True)

    def evidence(self, item: ItemGuide) -> Evidence:
        """A look-up is asked and answered here, by the one account, without a visit."""
        return Evidence(unified_login=True, online_filing=True, online_lookup=True, zero_visits=True)
