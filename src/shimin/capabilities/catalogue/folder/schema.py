"""Check files against their JSON Schema and say what is wrong in an author's words."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from referencing import Registry, Resource

from shimin.capabilities.catalogue.blocks import registered_blocks
from shimin.capabilities.catalogue.folder.findings import Finding
from shimin.capabilities.catalogue.folder.loader import Place, Source

SCHEMAS = Path(__file__).resolve().parents[1] / "schemas"
_KINDS = {
    "string": "a text", "integer": "a whole number", "number": "a number", "boolean": "true or false",
    "array": "a list (lines with -)", "object": "keys with values",
}  # fmt: skip


def schema_of(name: str) -> dict[str, Any]:
    """Return the JSON Schema of "service", "agency", "city" or "examples", the parts of all blocks included."""
    schema: dict[str, Any] = orjson.loads((SCHEMAS / f"{name}.schema.json").read_bytes())
    if name == "service":
        schema["properties"].update({key: dict(block.schema) for key, block in registered_blocks().items()})
    if name == "examples":
        # what an example gives and expects is the block's own matter
        schema["items"]["properties"].update(dict.fromkeys(registered_blocks(), True))
    return schema


def check_schema(source: Source, name: str) -> Iterator[Finding]:
    """Yield every difference between a file and its schema."""
    yield from _check(source, _validator(name, frozenset(registered_blocks())))


def check_block_schema(source: Source, key: str) -> Iterator[Finding]:
    """Yield every difference between ``<block>.yaml`` and the block's schema."""
    yield from _check(source, _block_validator(key))


def _check(source: Source, validator: Draft202012Validator) -> Iterator[Finding]:
    for error in validator.iter_errors(source.data):
        yield from _findings(source, error)


@cache
def _validator(name: str, blocks: frozenset[str]) -> Draft202012Validator:
    return Draft202012Validator(schema_of(name), registry=_registry(), format_checker=FormatChecker())


@cache
def _block_validator(key: str) -> Draft202012Validator:
    schema = dict(registered_blocks()[key].schema)
    return Draft202012Validator(schema, registry=_registry(), format_checker=FormatChecker())


@cache
def _registry() -> Registry[Any]:
    contents = orjson.loads((SCHEMAS / "service.schema.json").read_bytes())
    return Registry().with_resource("service.schema.json", Resource.from_contents(contents))


def _findings(source: Source, error: ValidationError) -> Iterator[Finding]:
    place: Place = tuple(error.absolute_path)
    name = _shown(place)
    value = error.validator_value
    if "propertyNames" in error.absolute_schema_path:
        yield source.finding(
            (*place, error.instance), f"the key {error.instance!r} in {name} does not fit", _mend_key(error)
        )
        return
    match error.validator:
        case "additionalProperties":
            yield from _unknown_keys(source, error, place)
        case "required":
            for key in value:
                if key not in error.instance:
                    yield source.finding(place, f"{name} lacks {key!r}", _mend_missing(error.schema, key))
        case "enum" | "const":
            allowed = value if error.validator == "enum" else [value]
            yield source.finding(place, f"{name} is {_value(error.instance)}", _mend_choice(error.instance, allowed))
        case "type":
            wanted = value if isinstance(value, list) else [value]
            yield source.finding(
                place, f"{name} is {_value(error.instance)}, not {_kinds(wanted)}", _mend_type(error.instance, wanted)
            )
        case "pattern" | "format":
            yield source.finding(place, f"{name} is {_value(error.instance)}, which does not fit", _mend_form(error))
        case "minLength":
            yield source.finding(place, f"{name} is empty", "write it, or leave the key out.")
        case "maxLength":
            yield source.finding(place, f"{name} has {len(error.instance)} characters", f"use at most {value}.")
        case "dependentRequired":
            yield source.finding(place, f"{name} is incomplete: {error.message}", "write the missing key.")
        case "uniqueItems":
            yield source.finding(place, f"{name} names something twice", "keep each entry once.")
        case "minItems" | "minProperties":
            yield source.finding(place, f"{name} has fewer than {value} entries", "write the missing ones.")
        case "contains":
            yield source.finding(place, f"{name} lacks {error.validator_value.get('const')!r}", "add it.")
        case _:
            yield source.finding(place, f"{name}: {error.message}", "see docs/reference/service-yaml.md.")


def _unknown_keys(source: Source, error: ValidationError, place: Place) -> Iterator[Finding]:
    known = sorted(error.schema.get("properties", {}))
    for key in error.instance:
        if key in known:
            continue
        near = difflib.get_close_matches(key, known, n=1, cutoff=0.6)
        mend = f"did you mean {near[0]!r}?" if near else f"use one of: {', '.join(known)}."
        yield source.finding((*place, key), f"unknown key {key!r}" + (f" in {_shown(place)}" if place else ""), mend)


def _mend_missing(schema: Any, key: str) -> str:
    about = schema.get("properties", {}).get(key, {})
    title = f"（{about['title']}）" if "title" in about else ""
    return f"add {key}{title}. {about.get('description', '')}".rstrip()


def _mend_choice(instance: Any, allowed: list[Any]) -> str:
    near = difflib.get_close_matches(str(instance), [str(word) for word in allowed], n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return f"{hint}Use {'one of: ' if len(allowed) > 1 else ''}{', '.join(map(str, allowed))}."


def _mend_type(instance: Any, wanted: list[str]) -> str:
    if "string" in wanted and isinstance(instance, int | float) and not isinstance(instance, bool):
        return f'put it in quotes: "{instance}".'
    return f"write {_kinds(wanted)}."


def _mend_key(error: ValidationError) -> str:
    if str(error.validator_value).startswith("^[a-z]{2,3}"):
        return "a text is plain Chinese, or {zh: …, en: …}."
    return "use lower-case English words joined by -."


def _mend_form(error: ValidationError) -> str:
    schema: Mapping[str, Any] = error.schema
    if schema.get("format") == "date":
        return "write a date as 2026-12-01."
    if "immediate" in str(schema.get("pattern")):
        return "write 20 working days, 30 calendar days, 48 hours, immediate or none."
    examples = f" Example: {schema['examples'][0]}" if schema.get("examples") else ""
    return f"{schema.get('description', 'it must match ' + str(error.validator_value))}{examples}"


def _kinds(wanted: list[str]) -> str:
    return " or ".join(_KINDS.get(kind, kind) for kind in wanted)


def _shown(place: Place) -> str:
    text = ""
    for part in place:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text or "the file"


def _value(instance: Any) -> str:
    text = instance if isinstance(instance, str) else orjson.dumps(instance).decode()
    return repr(text if len(text) <= 60 else text[:57] + "…")
