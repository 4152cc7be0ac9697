"""Faults of a declaration that a schema cannot see: names that point nowhere, and identity that is not verified."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from shimin.capabilities.enquiries.domain.declaration import Lookup, View
from shimin.capabilities.enquiries.domain.fields import FieldType
from shimin.capabilities.enquiries.domain.params import ParamType, WrongParam
from shimin.capabilities.enquiries.domain.telling import Reckoning, placeholders
from shimin.kernel.actor import AssuranceLevel

_SUMMABLE = {FieldType.FEN, FieldType.INTEGER, FieldType.DECIMAL}
_IDENTITY_PARAMS = {"name", "id_number", "id_card", "person", "phone"}

Fault = tuple[str, str]  # (path below the block, what is wrong and how to mend it)


def faults_of(lookup: Lookup, *, level: int, today: date) -> Iterator[Fault]:
    """Yield every fault; ``level`` is the item's assurance level."""
    if lookup.subject and level < AssuranceLevel.REAL_NAME:
        yield "subject", f"a personal record needs assurance_level 2 or above, the item says {level}"
    if lookup.subject and set(lookup.subject) != {"name", "id_number"}:
        yield "subject", "name both attributes: [name, id_number]"
    if not lookup.subject and lookup.basis.consent_code:
        yield "basis.consent", "a public record needs nobody's consent: leave it out"
    for view in lookup.views:
        for path, what in _view_faults(view, today):
            yield f"views.{view.code}.{path}", what


def _view_faults(view: View, today: date) -> Iterator[Fault]:
    yield from _param_faults(view, today)
    yield from _figure_faults(view)
    yield from _sentence_faults(view)
    yield from _shape_faults(view)


def _param_faults(view: View, today: date) -> Iterator[Fault]:
    for param in view.params:
        if param.name in _IDENTITY_PARAMS:
            yield f"params.{param.name}", "who the record is about comes from subject, never from what somebody types"
        if param.name in view.fixed:
            yield f"fixed.{param.name}", "is a parameter already"
        if param.type is ParamType.CHOICE and param.default:
            try:
                param.read(param.default, today)
            except WrongParam:
                yield f"params.{param.name}.default", f"{param.default} is none of the choices"


def _figure_faults(view: View) -> Iterator[Fault]:
    for name, figure in view.telling.figures.items():
        for field in [figure.field, *figure.where]:
            if field and field not in view.fields:
                yield f"figures.{name}", f"there is no field {field}"
        rule = view.fields.get(figure.field)
        if figure.reckoning is Reckoning.SUM and rule and rule.type not in _SUMMABLE:
            yield f"figures.{name}", f"{figure.field} is a {rule.type} and cannot be added up"
        for field, values in figure.where.items():
            where = view.fields.get(field)
            if where and where.type is FieldType.ENUM and (unknown := set(values) - set(where.words) - {None}):
                yield f"figures.{name}.where.{field}", f"no such value: {', '.join(map(str, unknown))}"


def _sentence_faults(view: View) -> Iterator[Fault]:
    figures, telling = view.telling.figures, view.telling
    for number, sentence in enumerate(telling.say):
        for name in [*placeholders(sentence.text), *([sentence.when] if sentence.when else [])]:
            if name not in figures:
                yield f"say.{number}", f"there is no figure {name}"
    if telling.say[-1].when:
        yield f"say.{len(telling.say) - 1}", "the last sentence has no when, so that there is always one"
    if telling.big and telling.big.figure not in figures:
        yield "big.figure", f"there is no figure {telling.big.figure}"
    for number, step in enumerate(telling.next_steps):
        if step.when and step.when not in figures:
            yield f"next.{number}.when", f"there is no figure {step.when}"


def _shape_faults(view: View) -> Iterator[Fault]:
    shape = view.telling.shape
    for key, name in [("title", shape.title), ("figure", shape.figure), ("state", shape.state)]:
        if name and name not in view.fields:
            yield f"list.{key}", f"there is no field {name}"
    for name in shape.notes:
        if name not in view.fields:
            yield "list.notes", f"there is no field {name}"
    for number, plot in enumerate(view.telling.plots):
        for name in (plot.by, plot.value):
            if name not in view.fields:
                yield f"plots.{number}", f"there is no field {name}"
        if (rule := view.fields.get(plot.value)) and rule.type not in _SUMMABLE:
            yield f"plots.{number}.value", f"{plot.value} is a {rule.type} and cannot be added up"
