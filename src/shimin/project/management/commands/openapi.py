"""Write the API's description, or check that the stored one still holds."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from shimin.project.config import ROOT

SNAPSHOT = ROOT / "docs" / "reference" / "openapi.json"


class Command(BaseCommand):
    """A changed API is a decision: the snapshot in the tree shows it in the diff."""

    help = "Write docs/reference/openapi.json; --check compares it with the code"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only compare; status 1 when they differ")

    def handle(self, *args: Any, **options: Any) -> None:
        text = document()
        if not options["check"]:
            SNAPSHOT.write_text(text)
            self.stdout.write(f"Wrote {SNAPSHOT.relative_to(ROOT)}.")
        elif not SNAPSHOT.exists() or SNAPSHOT.read_text() != text:
            raise CommandError("docs/reference/openapi.json is not what the code says. Mend: run `./shimin openapi`.")


def document() -> str:
    """Return the OpenAPI 3.1 document as indented, sorted JSON."""
    from shimin.project.api import api

    return json.dumps(api.get_openapi_schema(), ensure_ascii=False, indent=1, sort_keys=True, default=str) + "\n"
