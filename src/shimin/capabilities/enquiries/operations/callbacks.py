"""Tell me when it is back: asked for by a person, kept by the worker."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from shimin.capabilities.enquiries.models import CallbackRequest
from shimin.capabilities.enquiries.queries.offers import get_offer
from shimin.capabilities.notices.public import send_notice
from shimin.kernel import audit
from shimin.kernel.actor import SYSTEM, Actor
from shimin.kernel.db import scope
from shimin.kernel.errors import SignInRequired
from shimin.kernel.ids import new_id

BATCH = 200


def request_callback(*, actor: Actor, region_code: str, slug: str, now: datetime) -> None:
    """Ask to be told when the item's source answers again. Idempotent while the request waits.

    Raises:
        SignInRequired: nobody with a proven name is signed in: there would be no inbox to tell.
        NotFound: no such item, or nothing to look up there.
    """
    if actor.account_id is None or actor.person_id is None:
        raise SignInRequired
    offer = get_offer(region_code, slug, now)
    request = CallbackRequest(
        id=new_id(), person_id=actor.person_id, account_id=actor.account_id, city_code=region_code,
        item_id=offer.item_id, item_name=offer.name, item_slug=slug, system=offer.system.name, requested_at=now,
    )  # fmt: skip
    with scope(actor):
        try:
            with transaction.atomic():
                request.save(force_insert=True)
        except IntegrityError:
            return
        audit.record(
            actor=actor, action="enquiries.request_callback", target="item", target_id=offer.item_id, now=now,
            city_code=region_code,
        )  # fmt: skip


def tell_those_waiting(*, system: str, now: datetime) -> int:
    """Send one batch of the messages promised for a source that is back; return how many were sent.

    Called by the worker until nobody waits. Each batch is one transaction, so a kill repeats no message.
    """
    with scope(SYSTEM):
        rows = list(
            CallbackRequest.objects.select_for_update(skip_locked=True)
            .filter(system=system, told_at=None)
            .order_by("requested_at")[:BATCH]
        )  # fmt: skip
        for row in rows:
            values = {"item": row.item_name, "city_code": row.city_code, "slug": row.item_slug}
            send_notice(account_id=row.account_id, template="enquiries.source_is_back", values=values, now=now)
        CallbackRequest.objects.filter(id__in=[row.id for row in rows]).update(told_at=now)
    return len(rows)
