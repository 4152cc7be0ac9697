"""The hottest read: a plain view, found before the API's router, which documents it."""

from __future__ import annotations

from django.urls import re_path

from shimin.capabilities.catalogue.api.item_json import item_json

app_name = "catalogue_json"

urlpatterns = [
    re_path(
        r"^regions/(?P<region_code>[0-9]{6})/items/(?P<slug>[a-z0-9]+(?:-[a-z0-9]+)*)$", item_json, name="item_json"
    ),
]
