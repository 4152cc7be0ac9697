"""Addresses of reconciliation."""

from __future__ import annotations

from datetime import date

from django.urls import path, register_converter

from shimin.capabilities.payments.reconciliation.web import biller_files, days, write_offs


class DayConverter:
    """A day in an address: 2026-11-27."""

    regex = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, text: str) -> date:
        return date.fromisoformat(text)

    def to_url(self, day: date) -> str:
        return day.isoformat()


register_converter(DayConverter, "day")
app_name = "reconciliation"
urlpatterns = [
    path("desk/payments/days", days.days, name="days"),
    path("desk/payments/days/<day:day>", days.day, name="day"),
    path("desk/payments/days/<day:day>/import", days.take_statement, name="import"),
    path("desk/payments/days/<day:day>/compare", days.compare, name="compare"),
    path("desk/payments/days/<day:day>/close", days.close, name="close"),
    path("desk/payments/days/<day:day>/treasury.csv", days.treasury, name="treasury"),
    path("desk/payments/days/<day:day>/files", biller_files.send_files, name="files"),
    path("desk/payments/days/<day:day>/files/<slug:biller>.txt", biller_files.download_own_file, name="own_file"),
    path("desk/payments/days/<day:day>/entries", days.entries, name="entries"),
    path("desk/payments/differences/<int:difference_id>/write-off", write_offs.propose, name="propose_write_off"),
    path("desk/payments/write-offs", write_offs.write_offs, name="write_offs"),
    path("desk/payments/write-offs/<int:write_off_id>/decide", write_offs.decide, name="decide_write_off"),
    path("desk/payments/differences", days.differences, name="differences"),
    path("desk/payments/differences/<int:difference_id>/close", days.end_difference, name="end_difference"),
]
