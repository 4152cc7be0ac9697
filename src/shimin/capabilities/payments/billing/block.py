"""The block ``bills``: an item that leads to a person's bills of all homes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from django.urls import reverse

from shimin.capabilities.catalogue.public import Entry, Evidence, ExampleResult, Finding, ItemGuide, ServiceFolder

KEY = "bills"
PAGES = {
    "bills": "billing:home",
    "top-up": "billing:top_up",
    "transit-card": "billing:transit_card",
    "auto-pay": "autopay:home",
}
SCHEMA = Path(__file__).parent / "schemas" / "bills.schema.json"


@cache
def _schema() -> Mapping[str, Any]:
    schema: Mapping[str, Any] = orjson.loads(SCHEMA.read_bytes())
    return schema


class BillsBlock:
    """See ``catalogue.blocks.Block``."""

    key = KEY

    @property
    def schema(self) -> Mapping[str, Any]:
        return _schema()

    def check(self, part: Mapping[str, Any], folder: ServiceFolder) -> Iterable[Finding]:
        """The schema sees everything."""
        return ()

    def entry(self, item: ItemGuide) -> Entry:
        """Return the button that leads to one's bills, or to a card."""
        part = item.doc[KEY]
        return Entry(part["button"], reverse(PAGES[part.get("page", "bills")]), item.card.level, KEY)

    def run_example(self, item: ItemGuide, example: Mapping[str, Any]) -> ExampleResult:
        """There is nothing to play: bills are their billers'."""
        return ExampleResult(False, "bills have no examples")

    def evidence(self, item: ItemGuide) -> Evidence:
        """Bills are read, paid and settled here, by the one account, without a visit."""
        return Evidence(unified_login=True, online_filing=True, online_lookup=True, zero_visits=True)
