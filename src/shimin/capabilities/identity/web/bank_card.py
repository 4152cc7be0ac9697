"""The page that proves a bank card: level 3, then back to where the person was."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from shimin.capabilities.identity.domain import BANK_CARD_TEXT
from shimin.capabilities.identity.operations.bank_card import BankCardClaim, prove_bank_card
from shimin.capabilities.identity.web.forms import show_error, text_field
from shimin.capabilities.identity.web.going_on import next_path
from shimin.capabilities.identity.web.pages import form_page, go_on_with
from shimin.kernel import clock
from shimin.kernel.actor import AssuranceLevel
from shimin.kernel.errors import DomainError
from shimin.kernel.web.access import Request, signed_in


class BankCardForm(forms.Form):
    """A card of one's own."""

    card_number = text_field("本人的银行卡号", longest=100, example="卡面上的16到19位数字", inputmode="numeric",
                             autocomplete="off")  # fmt: skip
    phone = text_field("在银行登记的手机号", longest=40, example="11位", inputmode="tel", autocomplete="off")
    consents = forms.BooleanField(label=BANK_CARD_TEXT, required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(level=AssuranceLevel.REAL_NAME, transaction=False)
def bank_card(request: Request) -> HttpResponse:
    """Ask for a card and have it checked; nothing that was typed is written back into the page."""
    form, error = BankCardForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            claim = BankCardClaim(**form.cleaned_data)
            opened = prove_bank_card(actor=request.actor, claim=claim, now=clock.now())
        except DomainError as refused:
            show_error(form, error := refused)
            form.data = {**form.data.dict(), "card_number": ""}  # type: ignore[attr-defined]
        else:
            return go_on_with(opened, next_path(request, default="/me/"))
    return form_page(request, "identity/bank_card.html", form, error=error, next=next_path(request, default=""))
