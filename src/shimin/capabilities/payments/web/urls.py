"""Addresses of payments."""

from __future__ import annotations

from django.urls import path

from shimin.capabilities.payments.web import desk, notifies, orders, receipts

app_name = "payments"
urlpatterns = [
    path("pay/start", orders.start, name="start"),
    path("pay/orders/<int:order_id>", orders.order, name="order"),
    path("pay/orders/<int:order_id>/go/<slug:gateway>", orders.go, name="go"),
    path("pay/orders/<int:order_id>/back", orders.back, name="back"),
    path("pay/orders/<int:order_id>/cancel", orders.cancel, name="cancel"),
    path("pay/orders/<int:order_id>/receipt.pdf", receipts.receipt, name="receipt"),
    path("pay/verify", receipts.verify, name="verify"),
    path("pay/notify/<slug:gateway_code>", notifies.notify, name="notify"),
    path("desk/payments/refunds", desk.refunds, name="desk_refunds"),
    path("desk/payments/refunds/<int:refund_id>/decide", desk.decide, name="desk_decide"),
    path("desk/payments/order", desk.order, name="desk_order"),
    path("me/payments", orders.mine, name="mine"),
]
