"""Write what is generated from the schemas: the schemas for editors, and the reference of all keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from shimin.capabilities.catalogue.folder.schema import schema_of

NAMES = ("service", "agency", "city", "examples")

_INTRODUCTION = """\
# service.yaml, agency.yaml, city.yaml, examples.yaml: every key

Generated from the schemas by `./shimin services schema`; do not edit. How to write them well is in
[Publish a service](../howto/publish-a-service.md). ● marks required keys. *text* is Chinese, or `{zh: …, en: …}`.
"""


def write_reference(schemas: Path, reference: Path, *, only_check: bool = False) -> list[Path]:
    """Write the files whose content has changed and return them; with ``only_check`` write nothing."""
    wanted = {schemas / f"{name}.schema.json": _json(schema_of(name)) for name in NAMES}
    wanted[reference] = "\n".join(_reference())
    changed = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if not only_check:
        for path in changed:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[path], encoding="utf-8")
    return changed


def _json(schema: dict[str, Any]) -> str:
    return orjson.dumps(schema, option=orjson.OPT_INDENT_2).decode() + "\n"


def _reference() -> Iterator[str]:
    yield _INTRODUCTION
    definitions = schema_of("service")["$defs"]
    for name in NAMES:
        schema = schema_of(name)
        yield f"## {schema['title']}\n\n{schema['description']}\n"
        yield "| key | term | type | meaning |"
        yield "|---|---|---|---|"
        yield from _rows(schema.get("items", schema), "", definitions)
        yield ""


def _rows(schema: dict[str, Any], prefix: str, definitions: dict[str, Any]) -> Iterator[str]:
    required = schema.get("required", [])
    for key, about in schema.get("properties", {}).items():
        if not isinstance(about, dict):
            continue  # a block describes its own examples
        full = {**_resolved(about, definitions), **{k: v for k, v in about.items() if k != "$ref"}}
        mark = "● " if key in required else ""
        meaning = str(full.get("description", "")).replace("|", "\\|")
        yield f"| {mark}`{prefix}{key}` | {full.get('title', '')} | {_kind(about, full)} | {meaning} |"
        if _name(about) not in ("text", "long_text"):
            yield from _below(full, f"{prefix}{key}", definitions)


def _below(schema: dict[str, Any], prefix: str, definitions: dict[str, Any]) -> Iterator[str]:
    items = schema.get("items")
    if isinstance(items, dict) and "properties" in _resolved(items, definitions):
        yield from _rows(_resolved(items, definitions), f"{prefix}[].", definitions)
    others = schema.get("additionalProperties")
    if isinstance(others, dict):
        yield from _rows(_resolved(others, definitions), f"{prefix}.‹key›.", definitions)
    yield from _rows(schema, f"{prefix}.", definitions)


def _resolved(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    name = _name(schema)
    return definitions.get(name, {}) if name else schema


def _name(schema: dict[str, Any]) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _kind(about: dict[str, Any], full: dict[str, Any]) -> str:
    if _name(about) in ("text", "long_text", "limit", "file", "slug", "phone"):
        return f"*{_name(about).replace('_', ' ')}*"
    if "enum" in full:
        return ", ".join(f"`{word}`" for word in full["enum"])
    kind = full.get("type", "")
    return " or ".join(kind) if isinstance(kind, list) else str(kind)
