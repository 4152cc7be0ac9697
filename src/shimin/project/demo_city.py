"""The accounts of the demo city, as data/demo_accounts.yaml names them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from shimin.capabilities.catalogue.public import list_agencies
from shimin.capabilities.identity.public import (
    StaffNameTaken,
    create_staff,
    grant_role,
    provide_demo_citizen,
    provide_demo_generator,
)
from shimin.kernel.actor import SYSTEM

_FILE = Path(__file__).parent / "data" / "demo_accounts.yaml"


@dataclass(frozen=True, slots=True)
class Officer:
    """A member of staff of the demo city."""

    login: str
    name: str
    region_code: str
    agency_id: int | None
    roles: tuple[str, ...]


@cache
def accounts() -> dict[str, Any]:
    """Return the file's content."""
    return dict(yaml.safe_load(_FILE.read_text("utf-8")))


def officers() -> Iterator[Officer]:
    """Yield one officer for each agency with a back end, then the city's own staff."""
    about = accounts()["officers"]
    for agency in list_agencies(about["region"]):
        if agency.systems:
            yield Officer(agency.slug, f"{agency.short_name} 经办员", about["region"], agency.id, tuple(about["roles"]))
    for staff in accounts()["city_staff"]:
        yield Officer(staff["login"], staff["name"], staff["region"], None, tuple(staff["roles"]))


def settle(now: datetime) -> tuple[int, int]:
    """Make all accounts that are not there yet; return how many citizens and officers were made. Idempotent."""
    password = accounts()["password"]
    citizens = sum(
        provide_demo_citizen(
            phone=each["phone"], password=password, name=each.get("name", ""), id_number=each.get("id_number", ""),
            now=now,
        )
        for each in accounts()["citizens"]
    )  # fmt: skip
    return citizens, sum(_appoint(officer, password, now) for officer in officers())


def _appoint(officer: Officer, password: str, now: datetime) -> bool:
    try:
        create_staff(actor=SYSTEM, login=officer.login, staff_name=officer.name, password=password, now=now)
        is_new = True
    except StaffNameTaken:
        is_new = False
    provide_demo_generator(login=officer.login)
    for role in officer.roles:
        grant_role(
            actor=SYSTEM, login=officer.login, role=role, agency_id=officer.agency_id,
            region_code=officer.region_code, now=now,
        )  # fmt: skip
    return is_new
