"""The hottest read: a plain view, found before the API's router, which documents it; and before Django, see there."""

from __future__ import annotations

import re

from django.urls import re_path

from shimin.capabilities.catalogue.api.item_json import answer_item, item_json
from shimin.kernel.web.hot_reads import HotRead

app_name = "catalogue_json"

ITEM = r"regions/(?P<region_code>[0-9]{6})/items/(?P<slug>[a-z0-9]+(?:-[a-z0-9]+)*)"

urlpatterns = [re_path(rf"^{ITEM}$", item_json, name="item_json")]


def hot_reads(prefix: str) -> list[HotRead]:
    """Return what may be answered before Django, for an API whose addresses begin with ``prefix`` ("api/v1/")."""
    return [HotRead(f"{prefix}^{ITEM}$", re.compile(f"/{prefix}{ITEM}"), answer_item)]
