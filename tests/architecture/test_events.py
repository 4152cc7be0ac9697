"""Events are a published language: each is named after its capability, documented, and round-trips."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from shimin.kernel.events import registry

TYPES = {name: kind for name, kind in registry.types.items() if ".tests." not in kind.__module__}
REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "events.md"

PLAIN = {"int", "str", "bool", "tuple[str, ...]", "tuple[int, ...]"}


def test_events_are_named_after_their_capability():
    for name, event_type in TYPES.items():
        if event_type.__module__.startswith("shimin.capabilities."):
            assert name.startswith(event_type.__module__.split(".")[2] + ".")


def test_events_carry_ids_not_objects():
    for event_type in TYPES.values():
        for field in dataclasses.fields(event_type):
            assert str(field.type).split(" |")[0] in PLAIN, (event_type, field.name)


def test_events_are_documented():
    text = REFERENCE.read_text()
    assert [name for name in TYPES if f"`{name}`" not in text] == []
