"""What a service folder declares in ``lookup.yaml``: a record source, and the views a person may open of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shimin.capabilities.enquiries.domain.fields import FieldRule, parse_fields
from shimin.capabilities.enquiries.domain.params import Param, parse_params
from shimin.capabilities.enquiries.domain.telling import Telling, parse_telling


class UnknownView(LookupError):
    """The item has no view of that code."""


@dataclass(frozen=True, slots=True)
class Basis:
    """Why the department may answer: the law that says so, and the consent asked for where the law wants one."""

    law: str
    consent_code: str | None = None
    consent_text: str = ""


@dataclass(frozen=True, slots=True)
class Rush:
    """An hour of everyone asking at once: how long (seconds) an answer may be told again, and for how many people."""

    seconds: int
    entries: int


@dataclass(frozen=True, slots=True)
class View:
    """One record of the source as people see it. ``fixed`` are parameters that the person cannot change."""

    code: str
    title: str
    record: str
    params: tuple[Param, ...]
    fixed: Mapping[str, Any]
    fields: Mapping[str, FieldRule]
    telling: Telling

    @property
    def is_private(self) -> bool:
        """Whether a parameter must not stand in an address."""
        return any(param.private for param in self.params)


@dataclass(frozen=True, slots=True)
class Lookup:
    """The whole block. ``subject`` names the verified attributes sent to the source; empty: a public record."""

    button: str
    purpose: str
    basis: Basis
    subject: tuple[str, ...]
    system: str
    views: tuple[View, ...]
    delay_words: str = ""
    rush: Rush | None = None

    def view(self, code: str = "") -> View:
        """Return the view of that code; the first one for no code.

        Raises:
            UnknownView: there is none.
        """
        for view in self.views:
            if code in ("", view.code):
                return view
        raise UnknownView(code)


def parse_lookup(part: Mapping[str, Any]) -> Lookup:
    """Read a block that agrees with ``schemas/lookup.schema.json``."""
    rush = part.get("rush")
    return Lookup(
        button=part["button"],
        purpose=part["purpose"],
        basis=_parse_basis(part["basis"]),
        subject=() if part["subject"] == "none" else tuple(part["subject"]),
        system=part["system"],
        views=tuple(_parse_view(code, view) for code, view in part["views"].items()),
        delay_words=part.get("delay", ""),
        rush=Rush(seconds=rush["seconds"], entries=rush["entries"]) if rush else None,
    )


def _parse_basis(part: Mapping[str, Any]) -> Basis:
    consent = part.get("consent", {})
    return Basis(law=part["law"], consent_code=consent.get("code"), consent_text=consent.get("text", ""))


def _parse_view(code: str, part: Mapping[str, Any]) -> View:
    return View(
        code=code,
        title=part["title"],
        record=part["record"],
        params=parse_params(part.get("params", {})),
        fixed=dict(part.get("fixed", {})),
        fields=parse_fields(part["fields"]),
        telling=parse_telling(part),
    )
