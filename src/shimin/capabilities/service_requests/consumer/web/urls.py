"""Addresses of 12315."""

from __future__ import annotations

from django.urls import path, re_path

from shimin.capabilities.service_requests.consumer.web import desk, pages

app_name = "consumer"

urlpatterns = [
    re_path(r"^c/(?P<region_code>[0-9]{6})/12315$", pages.consumer, name="file"),
    path("desk/requests/<int:request_id>/complainant", desk.reveal, name="reveal"),
]
