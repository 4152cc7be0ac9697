"""What follows from the events of automatic payment: messages to the owner, and a clean end."""

from __future__ import annotations

from shimin.capabilities.notices.public import send_notice
from shimin.capabilities.payments.autopay.domain.states import ENDED_WORDS, EndedBy
from shimin.capabilities.payments.autopay.events import AutoPayEnded, AutoPaySigned
from shimin.capabilities.payments.autopay.models import Plan
from shimin.capabilities.payments.autopay.operations.signing import clear_after_end
from shimin.kernel.events import Delivery, on


@on(AutoPaySigned)
def on_signed(event: AutoPaySigned, delivery: Delivery) -> None:
    """Tell the owner that it is valid, and how to stop it."""
    plan = Plan.objects.get(id=event.plan_id)
    values = {"title": plan.title, "plan": str(plan.id)}
    send_notice(account_id=plan.account_id, template="autopay.signed", values=values, now=delivery.occurred_at)


@on(AutoPayEnded)
def on_ended(event: AutoPayEnded, delivery: Delivery) -> None:
    """Skip what was announced; tell the owner, unless they have just done it themselves."""
    plan = clear_after_end(event.plan_id, delivery.occurred_at)
    why = EndedBy(event.ended_by)
    if why in (EndedBy.PERSON, EndedBy.CLOSED):
        return
    values = {"title": plan.title, "plan": str(plan.id), "why": ENDED_WORDS[why]}
    send_notice(account_id=plan.account_id, template="autopay.ended", values=values, now=delivery.occurred_at)
