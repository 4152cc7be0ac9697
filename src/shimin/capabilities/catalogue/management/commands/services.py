"""``services``: check, make, try, publish and export the folders in which agencies describe their services."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from shimin.capabilities.catalogue.folder.checks import check_tree

ROOT = Path("services")


class Command(BaseCommand):
    """Dispatch to one function per verb."""

    help = "Check, make, try, publish and export service folders."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--root", type=Path, default=ROOT, help="the services folder")
        verbs = parser.add_subparsers(dest="verb", required=True, parser_class=ArgumentParser)
        check = verbs.add_parser("check", help="report every fault as file:line: what. Mend: how.")
        check.add_argument("address", nargs="*", help="430100, 430100/agency or 430100/agency/item; all when left out")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["root"].is_dir():
            raise CommandError(
                f"There is no folder {options['root']}: run this in the project's folder, or give --root."
            )
        getattr(self, f"_{options['verb']}")(options)

    def _check(self, options: dict[str, Any]) -> None:
        tree, findings = check_tree(options["root"], options["address"])
        for finding in findings:
            self.stdout.write(str(finding))
        count = sum(1 for _ in tree.items())
        if findings:
            self.stderr.write(f"{len(findings)} faults in {count} service folders.")
            sys.exit(1)
        self.stdout.write(f"{count} service folders are in order.")
