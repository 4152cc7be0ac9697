"""Appoint staff: open accounts, give and end roles, list who may do what."""

from __future__ import annotations

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from shimin.capabilities.catalogue.public import get_agency
from shimin.capabilities.identity.public import create_staff, end_grants, grant_role, list_staff
from shimin.kernel import clock
from shimin.kernel.actor import SYSTEM
from shimin.kernel.errors import DomainError


class Command(BaseCommand):
    """``manage staff create|grant|revoke|list``."""

    help = "Staff accounts and their roles."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the four subcommands."""
        actions = parser.add_subparsers(dest="action", required=True)
        create = actions.add_parser("create", help="open an account; the password is asked, or read from a pipe")
        create.add_argument("login", help="what is typed to sign in, for example wang.min")
        create.add_argument("name", help="shown beside what was done")
        grant = actions.add_parser("grant", help="give a role within an agency or a region")
        grant.add_argument("login")
        grant.add_argument("role", help="for example enquiries.officer")
        place = grant.add_mutually_exclusive_group(required=True)
        place.add_argument("--agency", metavar="REGION/SLUG", help="for example 430100/traffic-police")
        place.add_argument("--region", metavar="CODE", help="all agencies of a region, for example 430100")
        revoke = actions.add_parser("revoke", help="end a role, wherever it was given")
        revoke.add_argument("login")
        revoke.add_argument("role")
        actions.add_parser("list", help="show accounts and roles")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the subcommand; a refusal is one sentence."""
        try:
            getattr(self, f"_{options['action']}")(options)
        except DomainError as refused:
            raise CommandError(f"{refused.message}{refused.mend}") from refused

    def _create(self, options: dict[str, Any]) -> None:
        password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        create_staff(
            actor=SYSTEM, login=options["login"], staff_name=options["name"], password=password, now=clock.now()
        )
        self.stdout.write(f"{options['login']}: account opened, without any role yet")

    def _grant(self, options: dict[str, Any]) -> None:
        agency_id, region_code = None, options["region"]
        if options["agency"]:
            region_code, _, slug = options["agency"].partition("/")
            agency_id = get_agency(region_code, slug).id
        grant_role(
            actor=SYSTEM, login=options["login"], role=options["role"], agency_id=agency_id, region_code=region_code,
            now=clock.now(),
        )  # fmt: skip
        self.stdout.write(f"{options['login']}: {options['role']} given")

    def _revoke(self, options: dict[str, Any]) -> None:
        ended = end_grants(actor=SYSTEM, login=options["login"], role=options["role"], now=clock.now())
        self.stdout.write(f"{options['login']}: {ended} grants of {options['role']} ended")

    def _list(self, options: dict[str, Any]) -> None:
        for staff in list_staff(clock.now()):
            self.stdout.write(f"{staff.account_id}  {staff.staff_name}  {staff.status}")
            for grant in staff.grants:
                place = f"agency {grant.agency_id}" if grant.agency_id else f"region {grant.region_code or 'any'}"
                self.stdout.write(f"    {grant.role}  ({place})")
