"""Addresses of invitations."""

from __future__ import annotations

from django.urls import path

from shimin.capabilities.payments.invitations.web import answering, inviting

app_name = "invitations"
urlpatterns = [
    path("pay/invite/", inviting.mine, name="mine"),
    path("pay/invite/new", inviting.new, name="new"),
    path("pay/invite/<int:invitation_id>", inviting.invitation, name="invitation"),
    path("pay/invite/<int:invitation_id>/withdraw", inviting.withdraw, name="withdraw"),
    path("pay/for/<int:invitation_id>", answering.offer, name="offer"),
    path("pay/for/<int:invitation_id>/pay", answering.pay, name="pay"),
]
