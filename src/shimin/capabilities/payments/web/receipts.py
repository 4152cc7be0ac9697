"""The receipt as a file, and the public page that checks one."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from shimin.capabilities.payments.public import ReceiptUnknown, verify_receipt, write_receipt
from shimin.capabilities.payments.web.forms import VerifyForm
from shimin.kernel import clock
from shimin.kernel.values.numbers import PublicNumberInvalid
from shimin.kernel.web.access import Request, public


@require_safe
@public(transaction=False)
def receipt(request: Request, order_id: int) -> HttpResponse:
    """Give the signed receipt of a paid order."""
    number, content = write_receipt(
        actor=request.actor, order_id=order_id, link=request.GET.get("k", "")[:40], now=clock.now(),
        verify_url=request.build_absolute_uri(reverse("payments:verify")),
        address=request.META.get("REMOTE_ADDR", ""),
    )  # fmt: skip
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="receipt-{number}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_safe
@public(transaction=False)
def verify(request: Request) -> HttpResponse:
    """Ask for number and check code, and say what the receipt is worth today."""
    form = VerifyForm(request.GET if "number" in request.GET else None)
    found = None
    if form.is_bound and form.is_valid():
        try:
            found = verify_receipt(
                actor=request.actor, address=request.META.get("REMOTE_ADDR", ""), **form.cleaned_data
            )
        except (ReceiptUnknown, PublicNumberInvalid) as unknown:
            field = "number" if isinstance(unknown, PublicNumberInvalid) else None
            form.add_error(field, f"{unknown.message}{unknown.mend}")
    status = 422 if form.is_bound and form.errors else 200
    response = render(request, "payments/verify.html", {"form": form, "found": found}, status=status)
    response.headers["Cache-Control"] = "private, no-store"
    return response
