"""A methodology: the tree of indicators with weights, scalings and stages, read from its folder.

Source: OECD/JRC Handbook on Constructing Composite Indicators (2008) for the choices a methodology has to state.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml

from shimin.capabilities.indicators.counting.rules import CountRules, read_rules
from shimin.capabilities.indicators.index.errors import IndexFault

FILE = "methodology.yaml"


class Kind(StrEnum):
    """How values become comparable over the compared set."""

    SHARE_OF_MAX = "share_of_max"
    MIN_MAX = "min_max"
    RANK = "rank"
    Z = "z"
    ANCHORS = "anchors"  # over fixed ends instead of the set: what lies beyond an end counts as the end


class Aggregation(StrEnum):
    """How parts become a whole: a weighted sum, or a weighted geometric mean (a weak part cannot be made good)."""

    LINEAR = "linear"
    GEOMETRIC = "geometric"


class Missing(StrEnum):
    """What an empty cell does: stop the computation, or leave its part out and share its weight among the others."""

    REFUSE = "refuse"
    SHARE_OUT = "share_out"


@dataclass(frozen=True, slots=True)
class Scaling:
    """A rescaling to ``[low, high]``; SHARE_OF_MAX does not use ``low``, Z uses neither. ``anchors``, of ANCHORS only,
    are the values that become ``low`` and ``high``."""

    kind: Kind
    low: Fraction
    high: Fraction
    anchors: tuple[Fraction, Fraction] | None = None


@dataclass(frozen=True, slots=True)
class Indicator:
    """One node. ``columns`` are further headers under which a table may hold it; ``per`` names the column it is
    divided by before ``log`` (ln(x + 1)); ``as_part`` rescales it for its parent only."""

    key: str
    title: str
    unit: str
    columns: tuple[str, ...]
    parts: Mapping[str, Fraction]
    weights_from: str
    aggregation: Aggregation
    per: str
    log: bool
    falls: bool  # less is better
    scaling: Scaling | None
    as_part: Scaling | None

    @property
    def headers(self) -> tuple[str, ...]:
        return (self.key, *self.columns)


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of development: scores in ``[starts_at, the next one's start)``."""

    name: str
    starts_at: Fraction


@dataclass(frozen=True, slots=True)
class Methodology:
    """A checked methodology; ``order`` lists the indicators with parts before wholes; ``counts`` is None when it starts
    from numbers that somebody else counted."""

    key: str
    title: str
    source: str
    root: str
    decimals: int
    missing: Missing
    stages: tuple[Stage, ...]
    indicators: Mapping[str, Indicator]
    order: tuple[str, ...]
    counts: CountRules | None

    def stage_of(self, score: Fraction) -> Stage:
        """Return the stage of an unrounded score."""
        return [stage for stage in self.stages if stage.starts_at <= score][-1]

    def below(self, key: str) -> Iterator[str]:
        """Yield the parts of an indicator and the parts of these."""
        for part in self.indicators[key].parts:
            yield part
            yield from self.below(part)


def load_methodology(folder: Path) -> Methodology:
    """Read and check ``folder``/methodology.yaml.

    Raises:
        IndexFault: every fault found.
    """
    path = folder / FILE
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        known = ", ".join(sorted(other.parent.name for other in folder.parent.glob(f"*/{FILE}"))) or "none"
        raise IndexFault(f"{path}: there is no such methodology. Mend: use one of: {known}.") from None
    except UnicodeDecodeError:
        raise IndexFault(f"{path}: not UTF-8. Mend: save it as UTF-8.") from None
    return read_methodology(folder.name, text, where=str(path))


def read_methodology(key: str, text: str, *, where: str = "") -> Methodology:
    """Read and check the text of a methodology, such as the one that an edition keeps.

    Raises:
        IndexFault: every fault found, each beginning with ``where``.
    """
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise IndexFault(f"{where}: not readable as YAML: {str(error).splitlines()[0]}. Mend: correct it.") from None
    try:
        return _methodology(key, document)
    except IndexFault as fault:
        raise IndexFault(*(f"{where}: {each}" for each in fault.faults)) from None
    except (KeyError, TypeError, ValueError, AttributeError, ZeroDivisionError) as error:
        raise IndexFault(
            f"{where}: {type(error).__name__}: {error}. Mend: compare with methodologies/cisi-2015."
        ) from None


def _methodology(key: str, document: Mapping[str, Any]) -> Methodology:
    indicators = {name: _indicator(name, node) for name, node in document["indicators"].items()}
    faults = [*_faults_of_weights(indicators), *_faults_of_headers(indicators)]
    root = document["root"]
    if root not in indicators:
        faults.append(f"root: {root} is no indicator. Mend: name one of the indicators.")
    stages = tuple(Stage(each["name"], _number(each["from"])) for each in document["stages"])
    starts = [stage.starts_at for stage in stages]
    if not starts or starts != sorted(set(starts)) or starts[0] > 0:
        faults.append("stages: they must rise from 0. Mend: order them by `from`, the first one 0.")
    if faults:
        raise IndexFault(*faults)
    return Methodology(
        key=key,
        title=document["title"],
        source=document["source"],
        root=root,
        decimals=int(document.get("decimals", 1)),
        missing=Missing(document.get("missing", Missing.REFUSE)),
        stages=stages,
        indicators=indicators,
        order=_order(indicators),
        counts=read_rules(document["counts"], frozenset(indicators)) if "counts" in document else None,
    )


def _indicator(key: str, node: Mapping[str, Any]) -> Indicator:
    unknown = sorted(node.keys() - _KEYS)
    if unknown:
        raise IndexFault(f"{key}: unknown {', '.join(unknown)}. Mend: use {', '.join(sorted(_KEYS))}.")
    return Indicator(
        key=key,
        title=node["title"],
        unit=node.get("unit", ""),
        columns=tuple(node.get("columns", ())),
        parts={part: _number(weight) for part, weight in node.get("parts", {}).items()},
        weights_from=node.get("weights_from", ""),
        aggregation=Aggregation(node.get("aggregation", Aggregation.LINEAR)),
        per=node.get("per", ""),
        log=bool(node.get("log", False)),
        falls=bool(node.get("falls", False)),
        scaling=_scaling(node.get("scaling")),
        as_part=_scaling(node.get("as_part")),
    )


_KEYS = frozenset(
    ("title", "unit", "columns", "parts", "weights_from", "aggregation", "per", "log", "falls", "scaling", "as_part")
)


def _scaling(node: Mapping[str, Any] | None) -> Scaling | None:
    if node is None:
        return None
    low, high = node.get("to", [0, 100])
    kind, ends = Kind(node["kind"]), node.get("from")
    if (kind is Kind.ANCHORS) is not (ends is not None):
        raise IndexFault(
            f"scaling {kind}: `from` goes with anchors, and only there. Mend: from: [VALUE of low, VALUE of high]."
        )
    if ends is None:
        return Scaling(kind, _number(low), _number(high))
    first, last = map(_number, ends)
    if first == last:
        raise IndexFault("scaling anchors: the two ends are alike. Mend: from: [VALUE of low, VALUE of high].")
    return Scaling(kind, _number(low), _number(high), (first, last))


def _number(value: object) -> Fraction:
    """Read a number exactly: 0.45 is 9/20, not its nearest binary neighbour; "1/3" is a third."""
    return Fraction(str(value))


def _faults_of_weights(indicators: Mapping[str, Indicator]) -> Iterator[str]:
    for key, indicator in indicators.items():
        for part in indicator.parts.keys() - indicators.keys():
            yield f"{key}: its part {part} is no indicator. Mend: describe {part} or take it out."
        if indicator.parts and sum(indicator.parts.values()) != 1:
            total = float(sum(indicator.parts.values()))
            yield f"{key}: the weights of its parts sum to {total:g}, not 1. Mend: make them sum to 1."
        if any(weight < 0 for weight in indicator.parts.values()):
            yield f"{key}: a weight is negative. Mend: use `falls: true` for what should be small."
        if indicator.parts and not indicator.weights_from:
            yield f"{key}: weights without an origin. Mend: say in `weights_from` where they come from."


def _faults_of_headers(indicators: Mapping[str, Indicator]) -> Iterator[str]:
    owner: dict[str, str] = {}
    for key, indicator in indicators.items():
        for header in indicator.headers:
            if header in owner:
                yield f"{key}: column {header} belongs to {owner[header]} already. Mend: give each its own."
            owner[header] = key


def _order(indicators: Mapping[str, Indicator]) -> tuple[str, ...]:
    """Return parts before wholes.

    Raises:
        IndexFault: an indicator is a part of itself.
    """
    done: dict[str, None] = {}

    def visit(key: str, path: tuple[str, ...]) -> None:
        if key in path:
            circle = " > ".join((*path[path.index(key) :], key))
            raise IndexFault(f"{key}: it is a part of itself ({circle}). Mend: take one of these parts out.")
        if key not in done:
            for part in indicators[key].parts:
                visit(part, (*path, key))
            done[key] = None

    for key in indicators:
        visit(key, ())
    return tuple(done)
