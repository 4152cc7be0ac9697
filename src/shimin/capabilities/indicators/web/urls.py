"""Addresses of the indicators' pages."""

from __future__ import annotations

from django.urls import path, re_path

from shimin.capabilities.indicators.web import green, index, report, use

app_name = "indicators"

urlpatterns = [
    re_path(r"^c/(?P<region_code>[0-9]{6})/use$", use.use, name="use"),
    path("desk/use", use.desk_use, name="desk_use"),
    path("me/green", green.green, name="green"),
    path("me/green.png", green.picture, name="green_picture"),
    path("green", green.totals, name="green_totals"),
    path("city-index", index.index, name="index"),
    path("city-index/<int:edition_id>", index.ranking, name="ranking"),
    path("city-index/<int:edition_id>.csv", index.download_csv, name="download_csv"),
    path("city-index/<int:edition_id>.pdf", report.report, name="report"),
    re_path(r"^city-index/(?P<edition_id>[0-9]{1,19})/(?P<region_code>[0-9]{6})$", index.profile, name="profile"),
]
