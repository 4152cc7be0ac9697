"""Where gateways tell of agreements. The signature is the only proof; a session or a token would be none."""

from __future__ import annotations

import structlog
from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from shimin.capabilities.payments.autopay.public import note_agreement
from shimin.capabilities.payments.public import NotifyForged, agreement_gateway
from shimin.kernel import audit, clock
from shimin.kernel.actor import ANONYMOUS
from shimin.kernel.errors import NotFound
from shimin.kernel.web.access import Request, public

log = structlog.get_logger("shimin.autopay")
LARGEST = 64_000


@csrf_exempt
@require_POST
@public(transaction=False)
def notify(request: Request, gateway_code: str) -> HttpResponse:
    """Take a gateway's word about an agreement, if it is the gateway's. What is not believed is answered 400."""
    now = clock.now()
    try:
        sender = agreement_gateway(gateway_code)
    except KeyError:
        raise NotFound from None
    try:
        if len(request.body) > LARGEST:
            raise NotifyForged("too large")
        word = sender.read_agreement_notify(request.headers, request.body)
    except NotifyForged as forged:
        log.error("autopay.notify_forged", gateway=gateway_code, reason=str(forged))
        audit.record_refusal(
            actor=ANONYMOUS, action="autopay.notify", target="gateway", target_id=None, reason="forged", now=now
        )
        return HttpResponse("fail", status=400, content_type="text/plain")
    if word is not None and note_agreement(gateway_code=gateway_code, word=word, now=now) == "unknown":
        return HttpResponse("fail", status=400, content_type="text/plain")
    content_type, body = sender.acknowledge()
    return HttpResponse(body, content_type=content_type)
