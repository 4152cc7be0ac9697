"""Texts in several languages: find them in any document, choose one language, name what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shimin.capabilities.catalogue.folder.loader import Place

DEFAULT = "zh"


def is_translated(value: Any) -> bool:
    """Tell whether ``value`` is a text written per language ({zh: …, en: …})."""
    return isinstance(value, dict) and DEFAULT in value and all(isinstance(text, str) for text in value.values())


def in_language(value: Any, language: str = DEFAULT) -> Any:
    """Return a document with each text in ``language``, or in Chinese where it has none."""
    if is_translated(value):
        return value.get(language, value[DEFAULT])
    if isinstance(value, Mapping):
        return {key: in_language(child, language) for key, child in value.items()}
    if isinstance(value, list):
        return [in_language(child, language) for child in value]
    return value


def chinese(value: Any) -> str:
    """Return the Chinese of a text, "" for anything else."""
    text = in_language(value)
    return text if isinstance(text, str) else ""


def text_places(data: Any, schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Iterator[tuple[Place, Any]]:
    """Yield (place, value) of each text that the schema declares (``$ref`` to text or long_text) and ``data`` has."""
    reference = str(schema.get("$ref", ""))
    if reference:
        name = reference.rpartition("/")[2]
        if name in ("text", "long_text"):
            yield (), data
            return
        schema = definitions.get(name, {})
    if isinstance(data, dict):
        known = schema.get("properties", {})
        others = schema.get("additionalProperties")
        for key, child in data.items():
            below = known.get(key, others if isinstance(others, dict) else {})
            for place, value in text_places(child, below, definitions):
                yield (key, *place), value
    elif isinstance(data, list):
        for at, child in enumerate(data):
            for place, value in text_places(child, schema.get("items", {}), definitions):
                yield (at, *place), value
