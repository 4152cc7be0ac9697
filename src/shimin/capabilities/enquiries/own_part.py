"""The look-ups' part of a person's data: who read it, what was disputed."""

from __future__ import annotations

from datetime import datetime

from shimin.capabilities.enquiries.models import CachedExtract, CallbackRequest, Dispute, Enquiry
from shimin.capabilities.identity.public import (
    MergePart,
    Moves,
    PersonalData,
    Rows,
    Stays,
    register_merge_part,
    register_personal_data,
)
from shimin.kernel.actor import SYSTEM, Actor
from shimin.kernel.db import scope

_MOST = 20_000


def export_reads(actor: Actor) -> Rows:
    """Return the access log, the disputes and the promised calls of the actor."""
    if actor.person_id is None:
        return []
    mine = {"person_id": actor.person_id}
    with scope(actor):
        lines = Enquiry.objects.filter(**mine).order_by("id").values(
            "item_name", "agency_name", "purpose", "basis", "fields", "channel", "started_at", "outcome", "acted_by",
            "record_count",
        )[:_MOST]  # fmt: skip
        disputes = (
            Dispute.objects.filter(**mine)
            .order_by("id")
            .values("reason", "words", "state", "filed_at", "answer", "answered_at")[:_MOST]
        )
        calls = CallbackRequest.objects.filter(**mine).order_by("id").values("item_name", "requested_at", "told_at")
        return [
            *({"kind": "read", **row} for row in lines),
            *({"kind": "dispute", **row} for row in disputes),
            *({"kind": "callback", **row} for row in calls[:_MOST]),
        ]


def erase_reads(account_id: int, person_id: int | None, now: datetime) -> int:
    """Delete kept answers; the log stays, it names nobody any more."""
    if person_id is None:
        return 0
    with scope(SYSTEM):
        return int(CachedExtract.objects.filter(person_id=person_id).delete()[0])


register_personal_data(
    PersonalData(
        key="enquiries", title="谁看过我的数据",
        tables=("enquiries_enquiry", "enquiries_dispute", "enquiries_callback_request", "enquiries_cached_extract"),
        export=export_reads, erase=erase_reads,
        kept="查询记录和异议（只有编号，认不出是谁）继续保留，用来追查有没有人违规查看（个人信息保护法第五十四条）。",
    )
)  # fmt: skip
register_merge_part(
    MergePart(
        key="enquiries", title="谁看过我的数据",
        moves=(
            Moves("enquiries_enquiry", "次查询记录"),
            Moves("enquiries_dispute", "个异议"),
            Moves("enquiries_callback_request", "个恢复提醒"),
        ),
        stays=(
            Stays("enquiries_enquiry", "记录是这个人的，人没有变", column="person_id"),
            Stays("enquiries_dispute", "记录是这个人的，人没有变", column="person_id"),
            Stays("enquiries_callback_request", "记录是这个人的，人没有变", column="person_id"),
            Stays("enquiries_cached_extract", "几分钟就删的结果，人没有变", column="person_id"),
        ),
    )
)  # fmt: skip
