"""What follows from events: the person is told when a dispute was answered."""

from __future__ import annotations

from shimin.capabilities.enquiries.events import DisputeAnswered
from shimin.capabilities.enquiries.public import tell_dispute_answered
from shimin.kernel.events import Delivery, on


@on(DisputeAnswered)
def on_dispute_answered(event: DisputeAnswered, delivery: Delivery) -> None:
    """Send the notice."""
    tell_dispute_answered(dispute_id=event.dispute_id, now=delivery.occurred_at)
