"""Routes: an agency's own system issues payment notices, reads how they stand, takes them back."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from django.urls import reverse
from ninja import Path, Router
from ninja.responses import Status

from shimin.capabilities.payments.dues.api.callers import MachineToken, issuer_for
from shimin.capabilities.payments.dues.api.schemas import CancelIn, NoticeIn, NoticeOut, notice_out
from shimin.capabilities.payments.dues.public import (
    NoticeView,
    cancel_notice,
    get_notice_by_code,
    get_notice_for,
    issue_notice,
    seal_of,
)
from shimin.kernel import clock
from shimin.kernel.clock import CHINA
from shimin.kernel.web.access import Request
from shimin.kernel.web.api import idempotency_key
from shimin.kernel.web.idempotency import once

router = Router()
Agency = Annotated[str, Path(max_length=40, description="The agency's short name, as in its scope")]
Code = Annotated[str, Path(max_length=40, description="The payment code (缴款码)")]


@router.post(
    "/machines/{agency}/payment-notices", auth=MachineToken(), operation_id="issue_payment_notice",
    response={201: NoticeOut},
    summary="Issue a payment notice; scope {agency}:payment_notices; send an Idempotency-Key",
)  # fmt: skip
def post_notice(request: Request, agency: Agency, body: NoticeIn) -> Status[dict[str, Any]]:
    now = clock.now()
    actor, due_at = issuer_for(request, agency, now), datetime.combine(body.last_day, time(), CHINA) + timedelta(days=1)

    def issue() -> dict[str, Any]:
        notice_id = issue_notice(
            actor=actor, item_code=body.item_code, title=body.title, payer_name=body.payer_name,
            amount_fen=body.amount_fen, due_at=due_at, now=now,
        )  # fmt: skip
        return {"notice_id": str(notice_id)}

    told = once(actor=actor, key=idempotency_key(request), operation="dues.issue", fingerprint=request.body, run=issue)
    return Status(201, _told(request, get_notice_for(actor=actor, notice_id=int(told["notice_id"]))))


@router.get(
    "/machines/{agency}/payment-notices/{code}", auth=MachineToken(), operation_id="get_payment_notice",
    response=NoticeOut, summary="How a payment notice of the agency stands",
)  # fmt: skip
def get_notice(request: Request, agency: Agency, code: Code) -> dict[str, Any]:
    actor = issuer_for(request, agency, clock.now())
    return _told(request, get_notice_by_code(actor=actor, code=code))


@router.post(
    "/machines/{agency}/payment-notices/{code}/cancel", auth=MachineToken(), operation_id="cancel_payment_notice",
    response=NoticeOut, summary="Take a payment notice back that nobody has paid",
)  # fmt: skip
def post_cancel(request: Request, agency: Agency, code: Code, body: CancelIn) -> dict[str, Any]:
    now = clock.now()
    actor = issuer_for(request, agency, now)
    notice = get_notice_by_code(actor=actor, code=code)
    cancel_notice(actor=actor, notice_id=notice.notice_id, words=body.words, now=now)
    return _told(request, get_notice_for(actor=actor, notice_id=notice.notice_id))


def _told(request: Request, notice: NoticeView) -> dict[str, Any]:
    query = urlencode({"code": notice.code, "s": seal_of(notice.code)})
    return notice_out(notice, request.build_absolute_uri(f"{reverse('dues:code')}?{query}"), clock.now())
