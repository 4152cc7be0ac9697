"""Addresses of help from abroad."""

from __future__ import annotations

from django.urls import path, re_path

from shimin.capabilities.service_requests.abroad.web import pages

app_name = "abroad"

urlpatterns = [
    re_path(r"^c/(?P<region_code>[0-9]{6})/abroad$", pages.abroad, name="ask"),
    path("desk/duty", pages.duty, name="duty"),
    path("desk/duty/<int:hand_over_id>/take", pages.take, name="take_duty"),
]
