"""The button beside each debt of a look-up's answer."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse

from shimin.capabilities.catalogue.public import ItemGuide, get_item
from shimin.capabilities.enquiries.public import Offer, RecordAction, View
from shimin.capabilities.payments.debts.declaration import KEY, DebtRule, Row, parse_pay
from shimin.capabilities.payments.debts.keeper import KIND, ref_of
from shimin.kernel.actor import Actor
from shimin.kernel.errors import NotFound


class DebtButtons:
    """See ``enquiries.ports.RecordActions``. The look-up's next steps name the item that takes the money."""

    def find(
        self, *, actor: Actor, offer: Offer, view: View, records: Sequence[Row], now: datetime
    ) -> Sequence[RecordAction | None]:
        """Offer to pay the records that are open debts, to people who look at their own."""
        if actor.hat is not None or not records:
            return ()
        for step in view.telling.next_steps:
            guide = _find_item(offer.region_code, step.item, now) if step.ready else None
            rule = parse_pay(guide.doc[KEY]) if guide is not None and KEY in guide.doc else None
            if guide is not None and rule is not None and (rule.look_up, rule.view) == (offer.slug, view.code):
                return [_button(guide, rule, row) for row in records]
        return ()


def _find_item(region_code: str, slug: str, now: datetime) -> ItemGuide | None:
    try:
        return get_item(region_code, slug, now=now)
    except NotFound:
        return None


def _button(guide: ItemGuide, rule: DebtRule, row: Row) -> RecordAction | None:
    if guide.card.status != "running" or rule.closed_words(row):
        return None
    ref = ref_of(guide, rule, row)
    fields = {"debt": f"{KIND}:{ref}", "key": secrets.token_hex(16)}
    return RecordAction(rule.button, reverse("payments:start"), fields, {"kind": KIND, "ref": ref})
