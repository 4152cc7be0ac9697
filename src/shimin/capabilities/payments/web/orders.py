"""Pay an order: one page that shows it in every state, and the ways to and from a gateway."""

from __future__ import annotations

from urllib.parse import urlencode

import structlog
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from shimin.capabilities.payments.public import (
    INVITED,
    STAGE_WORDS,
    STATE_WORDS,
    AlreadyPaid,
    BeingPaid,
    LineState,
    OrderState,
    OrderView,
    begin_payment,
    check_order,
    close_order,
    create_order,
    gateways,
    get_order_for,
    link_secret,
    list_order_papers,
    list_orders,
)
from shimin.kernel import clock
from shimin.kernel.errors import InvalidInput
from shimin.kernel.rate import LocalBucket
from shimin.kernel.web.access import Request, public, signed_in

_LIGHTS = {
    OrderState.CREATED: "amber",
    OrderState.PAYING: "amber",
    OrderState.CLOSED: "grey",
    OrderState.CAPTURED: "green",
    OrderState.SETTLED: "green",
    OrderState.REFUNDED: "grey",
}
SHAREABLE = frozenset({"bill", "top_up"})
log = structlog.get_logger("shimin.payments")
# Orders cost rows and questions to keepers: nobody places thirty in a minute.
_starts = LocalBucket(limit=30, per_seconds=60)


@require_POST
@public(transaction=False)
def start(request: Request) -> HttpResponse:
    """Place an order for what a page of another capability offers (``debt`` is "kind:ref") and show it."""
    _starts.take(str(request.actor.account_id or request.META.get("REMOTE_ADDR", "")))
    debts = [tuple(text.partition(":")[::2]) for text in request.POST.getlist("debt")]
    if any(not kind or not ref for kind, ref in debts):
        raise InvalidInput(fields={"debt": "不知道要缴哪一笔，请回到上一页重新选择。"})
    try:
        order_id = create_order(
            actor=request.actor, lines=[(kind, ref) for kind, ref in debts], purpose=debts[0][0] if debts else "",
            idempotency_key=request.POST.get("key", ""), now=clock.now(),
        )  # fmt: skip
    except (AlreadyPaid, BeingPaid) as refused:
        if refused.order_id is None:
            raise
        order_id = refused.order_id  # the payer's own: its page says how it stands
    return HttpResponseRedirect(address_of(request, order_id))


def address_of(request: Request, order_id: int) -> str:
    """Return an order's page; who has no account needs the secret in it."""
    address = reverse("payments:order", args=[order_id])
    if request.actor.account_id is not None:
        return address
    return f"{address}?{urlencode({'k': link_secret(order_id)})}"


@require_safe
@public(transaction=False)
def order(request: Request, order_id: int) -> HttpResponse:
    """Show an order: what is paid to whom, the ways to pay, or the receipt."""
    link = request.GET.get("k", "")[:40]
    found = get_order_for(actor=request.actor, order_id=order_id, link=link)
    papers = list_order_papers(actor=request.actor, order_id=order_id, link=link) if found.is_paid else []
    response = render(request, "payments/order.html", {**_context(found, link), "papers": papers})
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _context(found: OrderView, link: str) -> dict[str, object]:
    query = f"?{urlencode({'k': link})}" if link else ""
    is_expired = found.is_unpaid and found.expires_at <= clock.now()
    return {
        "order": found,
        "words": "付款时间已过" if is_expired else STATE_WORDS[found.state],
        "light": _LIGHTS[found.state],
        "can_pay": found.is_unpaid and not is_expired,
        "gateways": gateways(),
        "steps": _steps(found) if found.is_paid else [],
        "refunds": [(refund, STAGE_WORDS[refund.stage]) for refund in found.refunds],
        "query": query,
        # Bills and top-ups of one's own may be passed on (payments.invitations); a fine is nobody else's business.
        "can_share": not link
        and found.purpose != INVITED
        and bool(found.lines)
        and all(line.kind in SHAREABLE for line in found.lines),
    }


def _steps(found: OrderView) -> list[dict[str, object]]:
    told = sum(line.state in (LineState.SETTLED, LineState.REFUNDED, LineState.SURPLUS) for line in found.lines)
    is_told = found.settled_at is not None or found.state is OrderState.REFUNDED
    payees = "、".join(dict.fromkeys(line.payee_name for line in found.lines))
    return [
        {"title": "收到付款", "state": "done", "who": _gateway_title(found.gateway)},
        {
            "title": "收款单位销账", "state": "done" if is_told else "now", "who": payees,
            "note": "" if is_told else f"{told}/{len(found.lines)} 笔已销账，一般几秒钟，不用再付。",
        },
    ]  # fmt: skip


def _gateway_title(code: str) -> str:
    return next((each.title for each in gateways() if each.code == code), "柜台")


@require_safe
@public(transaction=False)
def go(request: Request, order_id: int, gateway: str) -> HttpResponse:
    """Send the browser to a gateway's cashier. By GET: our content policy lets no form lead to another site."""
    link = request.GET.get("k", "")[:40]
    query = f"?{urlencode({'k': link})}" if link else ""
    back_url = request.build_absolute_uri(reverse("payments:back", args=[order_id]) + query)
    notify_url = request.build_absolute_uri(reverse("payments:notify", args=[gateway]))
    try:
        page = begin_payment(
            actor=request.actor, order_id=order_id, gateway_code=gateway, return_url=back_url, notify_url=notify_url,
            now=clock.now(), link=link, address=request.META.get("REMOTE_ADDR", ""),
        )  # fmt: skip
    except AlreadyPaid:
        return HttpResponseRedirect(reverse("payments:order", args=[order_id]) + query)
    return HttpResponseRedirect(page.url)


@require_safe
@public(transaction=False)
def back(request: Request, order_id: int) -> HttpResponse:
    """The payer comes back. What the address says is not read: the gateway is asked."""
    link = request.GET.get("k", "")[:40]
    check_order(actor=request.actor, order_id=order_id, now=clock.now(), link=link)
    query = f"?{urlencode({'k': link})}" if link else ""
    return HttpResponseRedirect(reverse("payments:order", args=[order_id]) + query)


@require_POST
@public(transaction=False)
def cancel(request: Request, order_id: int) -> HttpResponse:
    """Give an unpaid order up."""
    link = request.POST.get("k", "")[:40]
    query = f"?{urlencode({'k': link})}" if link else ""
    try:
        close_order(actor=request.actor, order_id=order_id, now=clock.now(), link=link)
    except AlreadyPaid:
        log.info("payments.paid_while_closing", order_id=order_id)  # the page shows the receipt
    return HttpResponseRedirect(reverse("payments:order", args=[order_id]) + query)


@require_safe
@signed_in()
def mine(request: Request) -> HttpResponse:
    """List the payer's orders, newest first."""
    text = request.GET.get("after", "")
    after = int(text) if text.isascii() and text.isdigit() and len(text) <= 19 else None
    page = list_orders(request.actor, after=after)
    address = reverse("payments:mine")
    context = {
        "rows": [(each, STATE_WORDS[each.state], _LIGHTS[each.state]) for each in page.orders],
        "next_url": f"{address}?after={page.next}" if page.next else "",
        "previous_url": address if after else "",
    }
    return render(request, "payments/mine.html", context)
