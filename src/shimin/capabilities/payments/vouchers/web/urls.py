"""Addresses of vouchers."""

from __future__ import annotations

from django.urls import path

from shimin.capabilities.payments.vouchers.web import pages

app_name = "vouchers"
urlpatterns = [
    path("pay/vouchers/verify", pages.verify, name="verify"),
    path("pay/orders/<int:order_id>/vouchers/<int:voucher_id>.pdf", pages.file, name="file"),
    path("pay/orders/<int:order_id>/vouchers/<int:voucher_id>.xml", pages.data, name="data"),
]
