"""Read YAML as plain data with the line of every key; refuse what a service folder has no use for.

Tags, anchors and aliases are refused (an alias can build a cycle or a bomb), so are repeated keys and files above
256 kB. Words stay words: only true, false, null and plain numbers are anything else, and 010 or 2026-12-01 is text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from shimin.capabilities.catalogue.folder.findings import Finding, FolderFault

MAX_BYTES = 256 * 1024
MAX_DEPTH = 24

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A loaded file: its data, and the line of each value and key by place."""

    path: str
    data: Any
    lines: Mapping[Place, int]

    def line_of(self, place: Place) -> int:
        """Return the line of ``place``, or of the nearest thing around it."""
        for end in range(len(place), -1, -1):
            if place[:end] in self.lines:
                return self.lines[place[:end]]
        return 1

    def finding(self, place: Place, what: str, mend: str) -> Finding:
        """Return a finding at ``place`` of this file."""
        return Finding(self.path, self.line_of(place), what, mend)


def load(file: Path, shown_as: str) -> Source:
    """Read one YAML file.

    Raises:
        FolderFault: it is too large, not UTF-8, not YAML, or uses what is refused.
    """
    if file.stat().st_size > MAX_BYTES:
        raise _fault(shown_as, 1, f"the file is larger than {MAX_BYTES // 1024} kB", "move long texts to texts/*.md.")
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise _fault(shown_as, 1, f"the file is not UTF-8 (byte {error.start})", "save it as UTF-8.") from None
    return loads(text, shown_as)


def loads(text: str, shown_as: str) -> Source:
    """Read YAML from ``text``; see ``load``."""
    try:
        node = _compose(text)
        if node is None:
            raise _fault(shown_as, 1, "the file is empty", "write its keys, or delete it.")
        lines: dict[Place, int] = {}
        return Source(shown_as, _data(node, (), lines, shown_as), lines)
    except _Refused as error:
        raise _fault(shown_as, error.line, error.what, error.mend) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = f"this is not YAML: {error.problem or error.context or 'syntax error'}"
        raise _fault(shown_as, mark.line + 1 if mark else 1, what, "check indentation, colons and quotes.") from None
    except yaml.YAMLError as error:  # the reader: a character YAML does not allow
        what = f"this is not YAML: {str(error).splitlines()[0]}"
        raise _fault(shown_as, 1, what, "remove control characters.") from None


def _compose(text: str) -> yaml.Node | None:
    loader = _Loader(text)
    try:
        return loader.get_single_node()
    finally:
        loader.dispose()


class _Refused(Exception):
    def __init__(self, line: int, what: str, mend: str) -> None:
        self.line, self.what, self.mend = line, what, mend


class _Loader(yaml.SafeLoader):
    """PyYAML's parser with YAML 1.2 words and without tags, anchors and aliases."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _Refused(
                line, "anchors and aliases (& and *) are not allowed", "write the value out where it is used."
            )
        if getattr(event, "tag", None):
            raise _Refused(line, f"the tag {event.tag} is not allowed", "write a plain value.")
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _Refused(line, "the values are nested too deeply", "write it flatter.")
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:null|~|)$"), ["n", "~", ""])
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^-?(?:0|[1-9][0-9]{0,17})$"), list("-0123456789"))
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,18}$"), list("-0123456789")
)


def _data(node: yaml.Node, place: Place, lines: dict[Place, int], shown_as: str) -> Any:
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, place, lines, shown_as)
    if isinstance(node, yaml.SequenceNode):
        return [_data(child, (*place, at), lines, shown_as) for at, child in enumerate(node.value)]
    return _scalar(node)


def _mapping(node: yaml.MappingNode, place: Place, lines: dict[Place, int], shown_as: str) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise _Refused(line, "a key must be a word", "write key: value.")
        key = str(key_node.value)
        if key in result:
            first = lines[(*place, key)]
            raise _Refused(line, f"the key {key!r} is there twice (first on line {first})", "keep one of them.")
        lines[(*place, key)] = line
        result[key] = _data(value_node, (*place, key), lines, shown_as)
    return result


def _scalar(node: yaml.Node) -> Any:
    kind = node.tag.rpartition(":")[2]
    match kind:
        case "bool":
            return node.value == "true"
        case "null":
            return None
        case "int":
            return int(node.value)
        case "float":
            return float(node.value)
        case _:
            return node.value


def _fault(path: str, line: int, what: str, mend: str) -> FolderFault:
    return FolderFault(Finding(path, line, what, mend))
