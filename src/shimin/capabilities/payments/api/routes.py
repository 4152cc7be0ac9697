"""Routes: place an order, open a cashier, see and close one's orders."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpResponse
from django.urls import reverse
from ninja import Path, Query, Router
from ninja.responses import Status

from shimin.capabilities.payments.api.schemas import CashierIn, CashierOut, OrderIn, OrderOut, ReceiptOut, order_out
from shimin.capabilities.payments.public import (
    begin_payment,
    check_order,
    close_order,
    create_order,
    get_order_for,
    list_orders,
    verify_receipt,
    write_receipt,
)
from shimin.kernel import clock
from shimin.kernel.web.access import Request
from shimin.kernel.web.api import IdText, Page, Public, SignedIn, decode_cursor, encode_cursor, idempotency_key

router = Router()
OrderId = Annotated[IdText, Path()]


@router.post(
    "/me/orders", auth=SignedIn(), operation_id="create_order", response={201: OrderOut},
    summary="Place an order; needs an Idempotency-Key, kept for ever",
)  # fmt: skip
def post_order(request: Request, body: OrderIn) -> Status[dict[str, Any]]:
    order_id = create_order(
        actor=request.actor, lines=[(line.kind, line.ref) for line in body.lines], purpose=body.lines[0].kind,
        idempotency_key=idempotency_key(request) or "", now=clock.now(),
    )  # fmt: skip
    return Status(201, order_out(get_order_for(actor=request.actor, order_id=order_id)))


@router.get("/me/orders", auth=SignedIn(), operation_id="list_orders", response=Page[OrderOut], summary="My orders")
def get_orders(request: Request, after: Annotated[str | None, Query(max_length=100)] = None) -> dict[str, Any]:
    page = list_orders(request.actor, after=decode_cursor(after, int)[0] if after else None)
    return {
        "items": [order_out(order) for order in page.orders],
        "next": encode_cursor(page.next) if page.next is not None else None,
    }


@router.get(
    "/me/orders/{order_id}", auth=SignedIn(), operation_id="get_order", response=OrderOut,
    summary="One order; an open one is asked about at its gateway",
)  # fmt: skip
def get_one(request: Request, order_id: OrderId) -> dict[str, Any]:
    return order_out(check_order(actor=request.actor, order_id=int(order_id), now=clock.now()))


@router.post(
    "/me/orders/{order_id}/cashier", auth=SignedIn(), operation_id="open_cashier", response=CashierOut,
    summary="Where the payer pays",
)  # fmt: skip
def post_cashier(request: Request, order_id: OrderId, body: CashierIn) -> dict[str, str]:
    address = reverse("payments:back", args=[int(order_id)])
    page = begin_payment(
        actor=request.actor, order_id=int(order_id), gateway_code=body.gateway,
        return_url=request.build_absolute_uri(address),
        notify_url=request.build_absolute_uri(f"/pay/notify/{body.gateway}"), now=clock.now(),
        address=request.META.get("REMOTE_ADDR", ""),
    )  # fmt: skip
    return {"url": page.url}


@router.post(
    "/me/orders/{order_id}/close", auth=SignedIn(), operation_id="close_order", response=OrderOut,
    summary="Give an unpaid order up",
)  # fmt: skip
def post_close(request: Request, order_id: OrderId) -> dict[str, Any]:
    close_order(actor=request.actor, order_id=int(order_id), now=clock.now())
    return order_out(get_order_for(actor=request.actor, order_id=int(order_id)))


@router.get(
    "/me/orders/{order_id}/receipt", auth=SignedIn(), operation_id="get_receipt",
    summary="The receipt of a paid order: a signed PDF",
    openapi_extra={"responses": {200: {"description": "OK", "content": {"application/pdf": {}}}}},
)  # fmt: skip
def get_receipt(request: Request, order_id: OrderId) -> HttpResponse:
    number, content = write_receipt(
        actor=request.actor, order_id=int(order_id), now=clock.now(),
        verify_url=request.build_absolute_uri(reverse("payments:verify")),
    )  # fmt: skip
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="receipt-{number}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@router.get(
    "/receipts/{number}", auth=Public(), operation_id="verify_receipt", response=ReceiptOut,
    summary="Check a receipt by number and check code; says nothing of who paid",
)  # fmt: skip
def get_verification(
    request: Request, number: Annotated[str, Path(max_length=40)], check: Annotated[str, Query(max_length=20)]
) -> dict[str, Any]:
    found = verify_receipt(actor=request.actor, number=number, check=check, address=request.META.get("REMOTE_ADDR", ""))
    return {name: getattr(found, name) for name in ReceiptOut.model_fields} | {"payees": list(found.payees)}
