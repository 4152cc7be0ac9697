"""A small city: 长沙 with one published service, and people who come to its pages."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from shimin.capabilities.catalogue.cache import stamp
from shimin.capabilities.catalogue.folder.tree import read_tree
from shimin.capabilities.catalogue.models import Region
from shimin.capabilities.catalogue.operations.publish import publish_services
from shimin.capabilities.catalogue.public import registered_blocks
from shimin.capabilities.identity.tests.factories import Resident, make_resident
from shimin.kernel import clock
from shimin.kernel.actor import SYSTEM
from shimin.portal.views import home

SERVICES = Path(__file__).resolve().parents[4] / "services"
REGIONS = (
    ("100000", "中华人民共和国", "全国", "country", ""),
    ("430000", "湖南省", "湖南", "province", "100000"),
    ("430100", "长沙市", "长沙", "city", "430000"),
    ("430200", "株洲市", "株洲", "city", "430000"),
)


@pytest.fixture
def city(db, tmp_path: Path) -> str:
    """长沙 as it stands after one publication; 株洲 has nothing yet."""
    for code, name, short_name, level, parent in REGIONS:
        Region.objects.create(
            code=code, name=name, short_name=short_name, level=level, parent_code=parent, pinyin=code, initials=code
        )
    for part in ("city.yaml", "traffic-police/agency.yaml", "traffic-police/traffic-violations"):
        source, target = SERVICES / "430100" / part, tmp_path / "430100" / part
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
    tree = read_tree(tmp_path, frozenset(registered_blocks()))
    publish_services(actor=SYSTEM, tree=tree, folders=tree.items(), now=clock.now())
    stamp.forget()
    home._homes.clear()
    return "430100"


@pytest.fixture
def resident(city: str) -> Resident:
    """Somebody with a proven name and an open session."""
    return make_resident(now=clock.now())


@pytest.fixture
def signed_in(resident: Resident) -> Callable[[], Client]:
    """Return browsers in which the resident is signed in."""

    def open_browser() -> Client:
        browser = Client()
        browser.cookies["shimin_session"] = resident.token
        return browser

    return open_browser
