"""Addresses of supervision."""

from __future__ import annotations

from django.urls import path, re_path

from shimin.capabilities.service_requests.supervision.web import pages, paper, weeks

app_name = "supervision"
_WEEK = r"(?P<week_starts>[0-9]{4}-[0-9]{2}-[0-9]{2})"

urlpatterns = [
    path("desk/supervision", pages.report, name="report"),
    path("desk/supervision/report.pdf", paper.report_pdf, name="report_pdf"),
    path("desk/supervision/weeks", weeks.weeks, name="weeks"),
    re_path(rf"^desk/supervision/weeks/{_WEEK}$", weeks.week, name="week"),
    re_path(rf"^desk/supervision/weeks/{_WEEK}/report.pdf$", weeks.week_pdf, name="week_pdf"),
    path("desk/supervision/appeals", pages.appeals, name="appeals"),
    path("desk/supervision/appeals/<int:card_id>", pages.decide, name="decide_appeal"),
    path("desk/supervision/calls", pages.calls, name="calls"),
    path("desk/supervision/calls/<int:call_back_id>/<slug:what>", pages.call, name="call"),
    path("desk/requests/<int:request_id>/cards/<int:card_id>", pages.appeal, name="appeal"),
]
