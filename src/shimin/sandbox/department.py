"""What a department offers: records with named fields and checked parameters."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from .archive import Archive, Row
from .enquiry import Enquiry
from .problems import Problem

FieldType = Literal["string", "integer", "number", "boolean", "date", "date-time", "month"]

DOTS = str.maketrans(dict.fromkeys("•・‧．∙", "·"))
"""The middle dot of a name is typed in many ways; registers write U+00B7."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a record; values lists the words an enumeration may hold."""

    name: str
    type: FieldType
    title: str
    nullable: bool = False
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter of a record: a text that matches a pattern, or an integer between bounds."""

    name: str
    title: str
    pattern: str | None = None
    between: tuple[int, int] | None = None
    required: bool = True

    def accepts(self, value: object) -> bool:
        """Whether a value has the right type and form."""
        if self.between is not None:
            return type(value) is int and self.between[0] <= value <= self.between[1]
        return isinstance(value, str) and re.fullmatch(self.pattern or ".{1,100}", value) is not None


Reader = Callable[[Archive, Enquiry], list[Row] | None]
"""Gives the rows with all fields, or None when the department has nothing under what was asked for."""


@dataclass(frozen=True, slots=True)
class Record:
    """A kind of record: its fields, its parameters, and how it is read."""

    name: str
    title: str
    fields: tuple[Field, ...]
    read: Reader
    params: tuple[Param, ...] = ()
    about_person: bool = True

    def check(self, enquiry: Enquiry) -> None:
        """Refuse an enquiry that does not fit the record.

        Raises:
            Problem: 400 subject, 403 fields, 422 parameters.
        """
        if (enquiry.subject is not None) is not self.about_person:
            need = "is needed" if self.about_person else "must be null, this record is not about a person"
            raise Problem(400, "malformed", f"subject {need}.", field="subject")
        unknown = sorted(set(enquiry.fields) - {field.name for field in self.fields})
        if unknown:
            raise Problem(403, "unknown_field", f"{self.name} has no field {', '.join(unknown)[:500]}.", field="fields")
        self._check_params(enquiry.params)

    def _check_params(self, params: dict[str, Any]) -> None:
        known = {param.name for param in self.params}
        for name in sorted(params.keys() - known):
            raise Problem(
                422, "wrong_parameter", f"{self.name} has no parameter {name[:100]}.", field=f"params.{name[:100]}"
            )
        for param in self.params:
            value = params.get(param.name)
            if value is None and not param.required:
                continue
            if not param.accepts(value):
                form = f"an integer from {param.between[0]} to {param.between[1]}" if param.between else param.title
                detail = f"params.{param.name} is missing or is not {form}."
                raise Problem(422, "wrong_parameter", detail, field=f"params.{param.name}")

    def describe(self) -> dict[str, Any]:
        """Describe the record to machines."""
        return {
            "record": self.name,
            "title": self.title,
            "subject": self.about_person,
            "params": [
                {"name": param.name, "title": param.title, "type": "integer" if param.between else "string",
                 "required": param.required, "pattern": param.pattern, "between": param.between}
                for param in self.params
            ],
            "fields": [
                {"name": field.name, "type": field.type, "title": field.title, "nullable": field.nullable,
                 "values": field.values or None}
                for field in self.fields
            ],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Department:
    """A department of the demo city; its port is the base port plus the offset."""

    name: str
    title: str
    port_offset: int
    records: tuple[Record, ...]
    acts: tuple[Record, ...] = ()
    """What it can be told to do, in the form of a record: the answer says what came of it."""

    def find_record(self, name: str) -> Record | None:
        """Find a record by its name."""
        return next((record for record in self.records if record.name == name), None)

    def find_act(self, name: str) -> Record | None:
        """Find an act by its name."""
        return next((act for act in self.acts if act.name == name), None)


YEAR = Param("year", "年份", between=(1980, 2100))


def person_reader(rows: Callable[[Row, Enquiry], list[Row]]) -> Reader:
    """Make a reader of a record about a person: number and name must be those of one dossier."""

    def read(archive: Archive, enquiry: Enquiry) -> list[Row] | None:
        found = archive.find_dossier(enquiry.person.id_number)
        if found is None or not same_name(found[0], enquiry.person.name):
            return None
        return rows(found[1], enquiry)

    return read


def same_name(registered: str, given: str) -> bool:
    """Compare names, taking every kind of middle dot as one."""
    return registered == given.strip().translate(DOTS)
