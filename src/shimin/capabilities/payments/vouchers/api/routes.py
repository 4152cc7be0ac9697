"""Routes: vouchers of one's orders, and the check of one by anybody."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpResponse
from django.urls import reverse
from ninja import Path, Query, Router

from shimin.capabilities.payments.public import get_order_for
from shimin.capabilities.payments.vouchers.api.schemas import CheckedVoucherOut, VoucherOut, checked_out, voucher_out
from shimin.capabilities.payments.vouchers.public import list_vouchers, verify_voucher, write_voucher
from shimin.kernel import clock
from shimin.kernel.web.access import Request
from shimin.kernel.web.api import IdText, Public, SignedIn

router = Router()
PathId = Annotated[IdText, Path()]


@router.get(
    "/me/orders/{order_id}/vouchers", auth=SignedIn(), operation_id="list_vouchers", response=list[VoucherOut],
    summary="Vouchers of a paid order's public money, red ones too",
)  # fmt: skip
def get_vouchers(request: Request, order_id: PathId) -> list[dict[str, Any]]:
    order = get_order_for(actor=request.actor, order_id=int(order_id))
    return [voucher_out(each) for each in list_vouchers(actor=request.actor, order_id=order.order_id)]


@router.get(
    "/me/orders/{order_id}/vouchers/{voucher_id}/file", auth=SignedIn(), operation_id="get_voucher_file",
    summary="A voucher as a signed PDF with its data (XML) inside",
    openapi_extra={"responses": {200: {"description": "OK", "content": {"application/pdf": {}}}}},
)  # fmt: skip
def get_file(request: Request, order_id: PathId, voucher_id: PathId) -> HttpResponse:
    name, content = write_voucher(
        actor=request.actor, order_id=int(order_id), voucher_id=int(voucher_id), now=clock.now(),
        verify_url=request.build_absolute_uri(reverse("vouchers:verify")),
    )  # fmt: skip
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="voucher-{name}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@router.get(
    "/vouchers/{code}/{number}", auth=Public(), operation_id="verify_voucher", response=CheckedVoucherOut,
    summary="Check a voucher by code, number and check code",
)  # fmt: skip
def get_verification(
    request: Request, code: Annotated[str, Path(max_length=20)], number: Annotated[str, Path(max_length=20)],
    check: Annotated[str, Query(max_length=20)],
) -> dict[str, Any]:  # fmt: skip
    address = request.META.get("REMOTE_ADDR", "")
    return checked_out(verify_voucher(actor=request.actor, code=code, number=number, check=check, address=address))
