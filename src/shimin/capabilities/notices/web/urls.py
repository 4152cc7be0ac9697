"""Addresses of notices."""

from __future__ import annotations

from django.urls import path

from shimin.capabilities.notices.web import inbox, ways

app_name = "notices"
urlpatterns = [
    path("me/inbox", inbox.inbox, name="inbox"),
    path("me/inbox/ways", ways.ways, name="ways"),
    path("me/inbox/read", inbox.read_all, name="read_all"),
    path("me/inbox/<int:notice_id>/read", inbox.read_one, name="read_one"),
    path("demo/inbox", inbox.demo_inbox, name="demo_inbox"),
]
