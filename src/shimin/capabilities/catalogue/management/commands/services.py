"""``services``: check, make, try, publish and export the folders in which agencies describe their services."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError, CommandParser

from shimin.capabilities.catalogue.blocks import registered_blocks
from shimin.capabilities.catalogue.folder.checks import check_tree
from shimin.capabilities.catalogue.folder.differences import differences
from shimin.capabilities.catalogue.folder.document import document_of
from shimin.capabilities.catalogue.folder.play import guide_lines, material_lines, run_examples
from shimin.capabilities.catalogue.folder.reference import write_reference
from shimin.capabilities.catalogue.folder.scaffold import ScaffoldRefused, complete_uscc, make_folder
from shimin.capabilities.catalogue.folder.tree import ServiceFolder, Tree, read_tree
from shimin.capabilities.catalogue.models import ServiceVersion
from shimin.capabilities.catalogue.operations.export import export_catalogue
from shimin.capabilities.catalogue.operations.publish import preview_of, publish_services
from shimin.capabilities.catalogue.operations.reference import known_regions
from shimin.capabilities.catalogue.queries import stars_of, with_entries
from shimin.kernel import clock
from shimin.kernel.actor import SYSTEM

ROOT = Path("services")
REFERENCE = Path("docs/reference/service-yaml.md")


class Command(BaseCommand):
    """Dispatch to one method per verb."""

    help = "Check, make, try, publish and export service folders."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--root", type=Path, default=ROOT, help="the services folder")
        verbs = parser.add_subparsers(dest="verb", required=True, parser_class=ArgumentParser)
        check = verbs.add_parser("check", help="report every fault as file:line: what. Mend: how.")
        check.add_argument("address", nargs="*", help="430100, 430100/agency or 430100/agency/item; all when left out")
        new = verbs.add_parser("new", help="make a folder with 【…】 where you have to write")
        new.add_argument("address", help="REGION/AGENCY/ITEM")
        play = verbs.add_parser("try", help="show an item in the terminal and run its examples")
        play.add_argument("address", help="REGION/AGENCY/ITEM")
        play.add_argument("--choose", action="append", default=[], metavar="QUESTION=CHOICE")
        publish = verbs.add_parser("publish", help="make new versions of what has changed")
        publish.add_argument("address", nargs="*")
        publish.add_argument("--all", action="store_true", help="every folder")
        publish.add_argument(
            "--effective-from", metavar="2026-12-01", help="the day it begins to count (0:00 in China)"
        )
        diff = verbs.add_parser("diff", help="compare a folder with what is published")
        diff.add_argument("address", help="REGION/AGENCY/ITEM")
        export = verbs.add_parser("export", help="print everything that is published as JSON")
        export.add_argument("region", nargs="?")
        schema = verbs.add_parser("schema", help="write the JSON Schemas for editors and the reference of all keys")
        schema.add_argument("--check", action="store_true", help="only tell whether they are up to date")
        code = verbs.add_parser("uscc", help="complete 17 characters of an invented 统一社会信用代码")
        code.add_argument("first_17")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["root"].is_dir():
            raise CommandError(
                f"there is no folder {options['root']}: run this in the project's folder, or give --root."
            )
        getattr(self, f"_{options['verb']}")(options)

    def _check(self, options: dict[str, Any]) -> None:
        tree = self._checked(options, options["address"])
        self.stdout.write(f"{sum(1 for _ in tree.items())} service folders are in order.")

    def _checked(self, options: dict[str, Any], addresses: list[str]) -> Tree:
        """Return the tree, or list its faults and leave with status 1."""
        tree, findings = check_tree(options["root"], addresses, known_regions())
        for finding in findings:
            self.stdout.write(str(finding))
        if findings:
            self.stderr.write(f"{len(findings)} faults in {len({finding.path for finding in findings})} files.")
            sys.exit(1)
        return tree

    def _new(self, options: dict[str, Any]) -> None:
        tree = read_tree(options["root"], frozenset(registered_blocks()))
        try:
            made = make_folder(tree, options["address"])
        except ScaffoldRefused as refused:
            raise CommandError(str(refused)) from None
        for path in made:
            self.stdout.write(f"made {path}")
        self.stdout.write(f"Write what is marked 【…】, then: ./shimin services check {options['address']}")

    def _try(self, options: dict[str, Any]) -> None:
        folder, doc = self._one(options)
        item = with_entries(preview_of(doc, item_id=0, region_code=folder.region_code, slug=folder.slug, agency=None))
        for line in guide_lines(item, stars_of(item)):
            self.stdout.write(line)
        chosen = dict(choice.split("=", 1) for choice in options["choose"] if "=" in choice)
        for line in material_lines(item.doc, chosen):
            self.stdout.write(line)
        failed = 0
        for name, passed, words in run_examples(folder, item):
            failed += not passed
            self.stdout.write(f"{'ok  ' if passed else 'FAIL'} {name}{': ' + words if words else ''}")
        if failed:
            raise CommandError(f"{failed} examples failed.")

    def _publish(self, options: dict[str, Any]) -> None:
        if not options["all"] and not options["address"]:
            raise CommandError("say which folders, or --all.")
        tree = self._checked(options, options["address"])
        folders = list(tree.items()) if options["all"] else self._found(tree, options["address"])
        result = publish_services(
            actor=SYSTEM, tree=tree, folders=folders, effective_from=_day(options["effective_from"]), now=clock.now()
        )
        for each in result:
            if each.is_new:
                self.stdout.write(f"{each.address}: version {each.number}")
        new = sum(each.is_new for each in result)
        self.stdout.write(f"{new} new versions, {len(result) - new} unchanged.")

    def _found(self, tree: Tree, addresses: list[str]) -> list[ServiceFolder]:
        found = [folder for address in addresses for folder in tree.find(address)]
        if not found:
            raise CommandError(f"there is no folder at {', '.join(addresses)}.")
        return found

    def _diff(self, options: dict[str, Any]) -> None:
        folder, doc = self._one(options)
        latest = ServiceVersion.objects.filter(item__region_code=folder.region_code, item__slug=folder.slug)
        version = latest.order_by("-number").first()
        if version is None:
            self.stdout.write("Nothing of it is published yet.")
            return
        lines = list(differences(version.doc, orjson.loads(orjson.dumps(doc))))
        self.stdout.write("\n".join(lines) if lines else f"Same as version {version.number}.")

    def _one(self, options: dict[str, Any]) -> tuple[ServiceFolder, dict[str, Any]]:
        """Return the one folder at the address, checked, with its document."""
        tree = self._checked(options, [options["address"]])
        for region in tree.regions:
            for agency in region.agencies:
                for folder in agency.items:
                    if folder.address == options["address"].strip("/"):
                        return folder, document_of(folder, agency, region)
        raise CommandError(f"there is no folder {options['address']}: give REGION/AGENCY/ITEM.")

    def _export(self, options: dict[str, Any]) -> None:
        data = export_catalogue(now=clock.now(), region_code=options["region"])
        self.stdout.write(orjson.dumps(data, option=orjson.OPT_INDENT_2).decode())

    def _schema(self, options: dict[str, Any]) -> None:
        changed = write_reference(options["root"] / "schema", REFERENCE, only_check=options["check"])
        for path in changed:
            self.stdout.write(f"{'out of date' if options['check'] else 'wrote'}: {path}")
        if changed and options["check"]:
            raise CommandError("run ./shimin services schema.")

    def _uscc(self, options: dict[str, Any]) -> None:
        if len(options["first_17"]) != 17:
            raise CommandError("give the first 17 characters, e.g. 11430100000600001.")
        self.stdout.write(complete_uscc(options["first_17"].upper()))


def _day(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), time(), tzinfo=clock.CHINA)
    except ValueError:
        raise CommandError(f"--effective-from {text}: write a day as 2026-12-01.") from None
