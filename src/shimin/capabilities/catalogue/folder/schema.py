"""Check files against their JSON Schema and say what is wrong in an author's words."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

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
    return cast("Registry[Any]", Registry().with_resource("service.schema.json", Resource.from_contents(contents)))


@dataclass(frozen=True, slots=True)
class _Difference:
    """One difference: ``rule`` is the schema's keyword, ``value`` what it says, ``instance`` what the file says."""

    place: Place
    rule: str
    value: Any
    instance: Any
    schema: Mapping[str, Any]
    about_key: bool

    @property
    def name(self) -> str:
        return _shown(self.place)


def _difference(error: ValidationError) -> _Difference:
    schema = error.schema if isinstance(error.schema, Mapping) else {}
    about_key = "propertyNames" in error.absolute_schema_path
    place: Any = tuple(error.absolute_path)
    return _Difference(place, str(error.validator), error.validator_value, error.instance, schema, about_key)


def _findings(source: Source, error: ValidationError) -> Iterator[Finding]:
    found = _difference(error)
    if found.about_key:
        what = f"the key {found.instance!r} in {found.name} does not fit"
        yield source.finding((*found.place, found.instance), what, _mend_key(found))
    elif found.rule == "additionalProperties":
        yield from _unknown_keys(source, found)
    elif found.rule == "required":
        for key in found.value:
            if key not in found.instance:
                yield source.finding(found.place, f"{found.name} lacks {key!r}", _mend_missing(found.schema, key))
    else:
        yield source.finding(found.place, *_words(found, error.message))


def _words(found: _Difference, message: str) -> tuple[str, str]:
    """Return what is wrong and how to mend it."""
    name, value, instance = found.name, found.value, found.instance
    match found.rule:
        case "enum" | "const":
            allowed = value if found.rule == "enum" else [value]
            return f"{name} is {_value(instance)}", _mend_choice(instance, allowed)
        case "type":
            wanted = value if isinstance(value, list) else [value]
            return f"{name} is {_value(instance)}, not {_kinds(wanted)}", _mend_type(instance, wanted)
        case "pattern" | "format":
            return f"{name} is {_value(instance)}, which does not fit", _mend_form(found)
        case "minLength":
            return f"{name} is empty", "write it, or leave the key out."
        case "maxLength":
            return f"{name} has {len(instance)} characters", f"use at most {value}."
        case "dependentRequired":
            return f"{name} is incomplete: {message}", "write the missing key."
        case "uniqueItems":
            return f"{name} names something twice", "keep each entry once."
        case "minItems" | "minProperties":
            return f"{name} has fewer than {value} entries", "write the missing ones."
        case "contains":
            return f"{name} lacks {value.get('const')!r}", "add it."
        case _:
            return f"{name}: {message}", "see docs/reference/service-yaml.md."


def _unknown_keys(source: Source, found: _Difference) -> Iterator[Finding]:
    known = sorted(found.schema.get("properties", {}))
    for key in found.instance:
        if key in known:
            continue
        near = difflib.get_close_matches(key, known, n=1, cutoff=0.6)
        mend = f"did you mean {near[0]!r}?" if near else f"use one of: {', '.join(known)}."
        what = f"unknown key {key!r}" + (f" in {found.name}" if found.place else "")
        yield source.finding((*found.place, key), what, mend)


def _mend_missing(schema: Mapping[str, Any], key: str) -> str:
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


def _mend_key(found: _Difference) -> str:
    if str(found.value).startswith("^[a-z]{2,3}"):
        return "a text is plain Chinese, or {zh: …, en: …}."
    return "use lower-case English words joined by -."


def _mend_form(found: _Difference) -> str:
    if found.rule == "format":
        return f"write a {found.value}" + (" as 2026-12-01." if found.value == "date" else ".")
    if "immediate" in str(found.value):
        return "write 20 working days, 30 calendar days, 48 hours, immediate or none."
    examples = f" Example: {found.schema['examples'][0]}" if found.schema.get("examples") else ""
    return f"{found.schema.get('description', f'it must match {found.value}')}{examples}"


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
