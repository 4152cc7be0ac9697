"""Where gateways tell of money. The signature is the only proof; a session or a token would be none."""

from __future__ import annotations

import structlog
from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from shimin.capabilities.payments.public import NotifyForged, capture, gateway
from shimin.kernel import audit, clock
from shimin.kernel.actor import ANONYMOUS
from shimin.kernel.errors import NotFound
from shimin.kernel.web.access import Request, public

log = structlog.get_logger("shimin.payments")
LARGEST = 64_000


@csrf_exempt
@require_POST
@public(transaction=False)
def notify(request: Request, gateway_code: str) -> HttpResponse:
    """Take a gateway's word, if it is the gateway's. What is not believed is answered 400."""
    now = clock.now()
    try:
        sender = gateway(gateway_code)
    except KeyError:
        raise NotFound from None
    try:
        if len(request.body) > LARGEST:
            raise NotifyForged("too large")
        receipt = sender.read_notify(request.headers, request.body, now)
    except NotifyForged as forged:
        log.error("payments.notify_forged", gateway=gateway_code, reason=str(forged))
        audit.record_refusal(
            actor=ANONYMOUS, action="payments.notify", target="gateway", target_id=None, reason="forged", now=now
        )
        return HttpResponse("fail", status=400, content_type="text/plain")
    if receipt is not None:
        outcome = capture(actor=ANONYMOUS, receipt=receipt, source="notify", now=now)
        if not outcome.is_believed:
            return HttpResponse("fail", status=400, content_type="text/plain")
    content_type, body = sender.acknowledge()
    return HttpResponse(body, content_type=content_type)
