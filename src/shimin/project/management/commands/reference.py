"""Write the reference pages that are made from code: events, tables, errors, states of a request."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand

from shimin.capabilities.service_requests.joint_handling.public import joint_handling_page
from shimin.capabilities.service_requests.public import states_page
from shimin.kernel.errors import DomainError
from shimin.kernel.events import BatchHandler, Handler, registry
from shimin.kernel.tables import Table
from shimin.project.config import ROOT

FOLDER = ROOT / "docs" / "reference"


class Command(BaseCommand):
    """Pages made from code are never wrong; an architecture test fails when one is out of date."""

    help = "Write docs/reference/{events,tables,errors,request-states,joint-handling}.md from the code"
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        for name, text in pages().items():
            (FOLDER / name).write_text(text)
            self.stdout.write(f"Wrote docs/reference/{name}.")


def pages() -> dict[str, str]:
    """Return each page's text by file name."""
    _load_everything()
    return {
        "events.md": events_page(),
        "tables.md": tables_page(),
        "errors.md": errors_page(),
        "request-states.md": states_page(),
        "joint-handling.md": joint_handling_page(),
    }


def events_page() -> str:
    """Return the list of events: name, fields, what it says, who follows it."""
    rows = [
        [
            f"`{name}`",
            ", ".join(f"`{field.name}: {field.type}`" for field in dataclasses.fields(kind)),
            _first_line(kind),
            ", ".join(sorted({f"`{each.__module__}`" for each in _followers(name)})) or "–",
        ]
        for name, kind in sorted(registry.types.items())
        if ".tests." not in kind.__module__
    ]
    intro = "What happens, told at least once and in order per aggregate. Made by `./shimin reference`."
    return _page("Events", intro, ["name", "fields", "meaning", "followed by"], rows)


def _followers(name: str) -> list[Handler | BatchHandler]:
    return [*registry.handlers.get(name, []), *registry.batch_handlers.get(name, [])]


def tables_page() -> str:
    """Return the list of tables: name, kind, what a row is."""
    rows = [
        [f"`{model._meta.db_table}`", model.kind.value, _first_line(model)]
        for model in sorted(apps.get_models(), key=lambda model: model._meta.db_table)
        if issubclass(model, Table)
    ]
    intro = "Every table and its kind (see [architecture](../architecture.md)). Made by `./shimin reference`."
    return _page("Tables", intro, ["table", "kind", "a row is"], rows)


def errors_page() -> str:
    """Return the list of errors: code, HTTP status, words."""
    rows = [[f"`{kind.code}`", str(kind.status), kind.message, kind.mend] for kind in sorted(_errors(), key=_by_code)]
    intro = "The `code` of a problem+json answer is stable; its words may change. Made by `./shimin reference`."
    return _page("Errors", intro, ["code", "status", "words", "way on"], rows)


def _load_everything() -> None:
    """Errors live beside the code that raises them: import all of it, whatever ran before."""
    for room in ("kernel", "ui", "capabilities", "adapters", "portal", "project"):
        package = import_module(f"shimin.{room}")
        for module in walk_packages(package.__path__, f"shimin.{room}."):
            if not {"tests", "migrations", "management"} & set(module.name.split(".")) and not _serves(module.name):
                import_module(module.name)


def _serves(module: str) -> bool:
    return module in ("shimin.project.wsgi", "shimin.project.worker", "shimin.project.manage")


def _errors(base: type[DomainError] = DomainError) -> Iterator[type[DomainError]]:
    for kind in base.__subclasses__():
        if ".tests." not in kind.__module__ and kind.__module__.startswith("shimin."):
            yield kind
        yield from _errors(kind)


def _by_code(kind: type[DomainError]) -> tuple[str, str]:
    return kind.code, kind.__name__


def _first_line(kind: type) -> str:
    return (kind.__doc__ or "").strip().partition("\n")[0]


def _page(title: str, intro: str, head: list[str], rows: list[list[str]]) -> str:
    lines = [f"# {title}", "", intro, "", _row(head), _row(["---"] * len(head)), *map(_row, rows)]
    return "\n".join(lines) + "\n"


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
