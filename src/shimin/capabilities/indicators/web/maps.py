"""Maps made on the server: outlines from data/outlines.json and districts/, one class a tone. Their table twin stands
beside."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_FOLDER = Path(__file__).resolve().parents[1] / "data"
_NUMBERS = re.compile(r"-?\d+")
_MARGIN = 0.02
_LETTERS = 28  # a name as wide as the sheet has this many


@dataclass(frozen=True, slots=True)
class Place:
    """A region on the map; ``tone`` is the number of its stage from 0, None where it has no score."""

    code: str
    name: str
    path: str
    words: str
    url: str
    tone: int | None
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Map:
    """For indicators/_map.html. Names are drawn only where there is room (``has_names``)."""

    view_box: str
    places: tuple[Place, ...]
    lines: str
    has_names: bool
    letter_size: int


@dataclass(frozen=True, slots=True)
class Mark:
    """What a region with a score shows on the map."""

    name: str
    words: str
    url: str
    tone: int


@dataclass(frozen=True, slots=True)
class _Sheet:
    provinces: Mapping[str, str]
    cities: Mapping[str, str]
    lines: str


@dataclass(frozen=True, slots=True)
class _Box:
    west: int
    north: int
    east: int
    south: int


def make_map(level: str, parent_code: str, marks: Mapping[str, Mark]) -> Map:
    """Draw the provinces of the country, or cities: those of a province, or all that have a mark.

    ``level`` "district": the districts of a city, with the marks that there are.
    """
    sheet = _sheet()
    outlines = sheet.provinces
    if level == "district":
        outlines = {code: path for code, path in _districts(parent_code[:2]).items() if code[:4] == parent_code[:4]}
    elif level == "city":
        prefix = parent_code.rstrip("0")
        outlines = {c: p for c, p in sheet.cities.items() if c in marks or (len(prefix) == 2 and c.startswith(prefix))}
    boxes = {code: _box(path) for code, path in outlines.items() if path}
    frame = _around(list(boxes.values()))
    width, height = frame.east - frame.west, frame.south - frame.north
    margin = round(_MARGIN * max(width, height))
    return Map(
        view_box=f"{frame.west - margin} {frame.north - margin} {width + 2 * margin} {height + 2 * margin}",
        places=tuple(_place(code, outlines[code], box, marks.get(code)) for code, box in boxes.items()),
        lines=sheet.lines if level == "province" else "",
        has_names=level != "province" and len(boxes) <= 30,
        letter_size=round(max(width, height) / _LETTERS),
    )


def _place(code: str, path: str, box: _Box, mark: Mark | None) -> Place:
    middle = ((box.west + box.east) // 2, (box.north + box.south) // 2)
    if mark is None:
        return Place(code, "", path, "", "", None, *middle)
    return Place(code, mark.name, path, mark.words, mark.url, mark.tone, *middle)


@lru_cache(maxsize=1)
def _sheet() -> _Sheet:
    document = json.loads((_FOLDER / "outlines.json").read_text(encoding="utf-8"))
    return _Sheet(document["provinces"], document["cities"], document["lines"])


@lru_cache(maxsize=4)
def _districts(province: str) -> Mapping[str, str]:
    file = _FOLDER / "districts" / f"{province}.json"
    return dict(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else {}


@lru_cache(maxsize=1024)
def _box(path: str) -> _Box:
    """Return the box of an outline: absolute starts ("M"), then relative steps ("l")."""
    xs, ys = [], []
    for ring in path.split("M")[1:]:
        numbers = [int(each) for each in _NUMBERS.findall(ring)]
        x, y = numbers[:2]
        xs.append(x)
        ys.append(y)
        for dx, dy in zip(numbers[2::2], numbers[3::2], strict=True):
            x, y = x + dx, y + dy
            xs.append(x)
            ys.append(y)
    return _Box(min(xs), min(ys), max(xs), max(ys))


def _around(boxes: Sequence[_Box]) -> _Box:
    if not boxes:
        return _Box(0, 0, 1, 1)
    return _Box(
        min(box.west for box in boxes), min(box.north for box in boxes),
        max(box.east for box in boxes), max(box.south for box in boxes),
    )  # fmt: skip
