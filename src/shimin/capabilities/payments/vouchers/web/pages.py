"""A voucher as a file, and the public page that checks one."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from shimin.capabilities.payments.vouchers.public import (
    VoucherUnknown,
    get_voucher_for,
    verify_voucher,
    write_voucher,
    write_xml,
)
from shimin.capabilities.payments.vouchers.web.forms import VerifyForm
from shimin.kernel import clock
from shimin.kernel.web.access import Request, public


@require_safe
@public(transaction=False)
def file(request: Request, order_id: int, voucher_id: int) -> HttpResponse:
    """Give a voucher as a signed PDF."""
    name, content = write_voucher(
        actor=request.actor, order_id=order_id, voucher_id=voucher_id, link=request.GET.get("k", "")[:40],
        now=clock.now(), verify_url=request.build_absolute_uri(reverse("vouchers:verify")),
        address=request.META.get("REMOTE_ADDR", ""),
    )  # fmt: skip
    return _download(content, "application/pdf", f"voucher-{name}.pdf")


@require_safe
@public(transaction=False)
def data(request: Request, order_id: int, voucher_id: int) -> HttpResponse:
    """Give a voucher's data as XML, as it stands inside the PDF."""
    voucher = get_voucher_for(
        actor=request.actor, order_id=order_id, voucher_id=voucher_id, link=request.GET.get("k", "")[:40]
    )
    name = f"voucher-{voucher.code}-{voucher.printed_number}.xml"
    return _download(write_xml(voucher), "application/xml; charset=utf-8", name)


def _download(content: bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_safe
@public(transaction=False)
def verify(request: Request) -> HttpResponse:
    """Ask for code, number and check code, and say what the voucher is worth today."""
    form = VerifyForm(request.GET if "code" in request.GET else None)
    found = None
    if form.is_bound and form.is_valid():
        try:
            found = verify_voucher(
                actor=request.actor, address=request.META.get("REMOTE_ADDR", ""), **form.cleaned_data
            )
        except VoucherUnknown as unknown:
            form.add_error(None, f"{unknown.message}{unknown.mend}")
    status = 422 if form.is_bound and form.errors else 200
    response = render(request, "vouchers/verify.html", {"form": form, "found": found}, status=status)
    response.headers["Cache-Control"] = "private, no-store"
    return response
