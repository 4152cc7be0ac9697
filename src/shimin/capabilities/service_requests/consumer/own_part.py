"""The consumer matters' part of a person's data: the business, and what they said of themselves."""

from __future__ import annotations

from datetime import datetime

from shimin.capabilities.identity.public import PersonalData, Rows, register_personal_data
from shimin.capabilities.service_requests.consumer.models import ConsumerMatter
from shimin.capabilities.service_requests.consumer.queries.matters import COMPLAINANT
from shimin.capabilities.service_requests.domain.states import OPEN_STATES
from shimin.kernel.actor import SYSTEM, Actor
from shimin.kernel.crypto import decrypt
from shimin.kernel.db import scope

_MOST = 20_000


def export_matters(actor: Actor) -> Rows:
    """Return the actor's complaints and reports against businesses."""
    if actor.account_id is None:
        return []
    with scope(actor):
        rows = ConsumerMatter.objects.filter(request__account_id=actor.account_id).order_by("id")[:_MOST]
        return [
            {
                "kind": "consumer", "number": each.request.number, "business": each.business_name,
                "business_address": each.business_address, "credit_code": each.credit_code, "goods": each.goods,
                "demand": each.demand, "amount_fen": each.amount_fen, "outcome": each.outcome,
                "complainant": decrypt(bytes(each.complainant), context=COMPLAINANT) if each.complainant else "",
            }
            for each in rows.select_related("request")
        ]  # fmt: skip


def erase_matters(account_id: int, person_id: int | None, now: datetime) -> int:
    """Erase who complained and about what, of requests that have ended."""
    with scope(SYSTEM):
        mine = ConsumerMatter.objects.filter(request__account_id=account_id)
        return mine.exclude(request__state__in=list(map(str, OPEN_STATES))).update(complainant=b"", goods="")


register_personal_data(
    PersonalData(
        key="consumer", title="12315 投诉举报", tables=("service_requests_consumer",), export=export_matters,
        erase=erase_matters, kept="商家和处理结果随诉求保留，用于统计和监督；您的姓名、电话和地址在办结后删除。",
    )
)  # fmt: skip
