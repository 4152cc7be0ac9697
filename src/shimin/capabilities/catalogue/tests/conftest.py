"""Fixtures of the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shimin.capabilities.catalogue import blocks, tally
from shimin.capabilities.catalogue.cache import stamp
from shimin.capabilities.catalogue.domain import ItemGuide
from shimin.capabilities.catalogue.tests.factories import EXAMPLES, NOW, load_regions, publish, service, write_item
from shimin.kernel import clock


@pytest.fixture(autouse=True)
def fresh_caches() -> Iterator[None]:
    """What one test's database held is not remembered by the next."""
    stamp.forget()
    for each in (tally.used, tally.missed):
        each.forget()
    yield
    stamp.forget()


@pytest.fixture
def no_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """No capability has registered a block."""
    monkeypatch.setattr(blocks, "_blocks", {})


class Ticket:
    """A block as another capability would bring it."""

    key = "ticket"
    schema: dict[str, Any] = {
        "type": "object", "required": ["word"], "additionalProperties": False,
        "properties": {"word": {"type": "string"}},
    }  # fmt: skip

    def check(self, part: Any, folder: Any) -> Iterator[Any]:
        if part["word"] == "bad":
            yield folder.block_fault("ticket", ("word",), "this word is bad", "use another.")

    def entry(self, item: ItemGuide) -> blocks.Entry:
        return blocks.Entry("取号", f"/ticket/{item.card.slug}", 2, "ticket")

    def run_example(self, item: ItemGuide, example: Any) -> blocks.ExampleResult:
        return blocks.ExampleResult(example["ticket"] == item.doc["ticket"]["word"], "the word differs")

    def evidence(self, item: ItemGuide) -> blocks.Evidence:
        return blocks.Evidence(unified_login=True, online_filing=True, online_lookup=True)


@pytest.fixture
def ticket(no_blocks: None) -> Ticket:
    """One registered block."""
    block = Ticket()
    blocks.register_block(block)
    return block


@pytest.fixture
def places(db: None) -> None:
    """A handful of regions."""
    load_regions()
    stamp.forget()


@pytest.fixture
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The wall clock stands at NOW."""
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def publish_item(places: None, stopped_clock: None, tmp_path: Path) -> Callable[..., None]:
    """Publish one more item: ``publish_item("430100/bureau/slug", name="…")``."""
    count = 0

    def run(address: str = "430100/bureau/id-card-replacement", **changes: Any) -> None:
        nonlocal count
        count += 1
        examples = None if {"situations", "materials"} & set(changes) else EXAMPLES
        write_item(
            tmp_path, address, service(**{"catalog_code": f"432000{count:03d}000", **changes}), examples=examples
        )
        publish(tmp_path)

    return run
