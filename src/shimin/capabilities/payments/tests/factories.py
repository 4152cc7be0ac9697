"""Orders for tests, also of other capabilities: placed, sent to a gateway, paid."""

from __future__ import annotations

from datetime import datetime
from itertools import count

from shimin.capabilities.identity.tests.factories import NOW
from shimin.capabilities.payments.public import OrderView, begin_payment, capture, create_order, get_order
from shimin.capabilities.payments.tests.keepers import FakeGateway
from shimin.kernel.actor import Actor
from shimin.kernel.testing import citizen

_keys = count(1)
PAYER = citizen(account_id=501, person_id=601)
OTHER = citizen(account_id=502, person_id=602)


def new_key() -> str:
    """Return an idempotency key that no other call returned."""
    return f"test-key-{next(_keys):06d}"


def place(*lines: tuple[str, str], actor: Actor = PAYER, key: str = "", now: datetime = NOW) -> int:
    """Place an order."""
    return create_order(actor=actor, lines=lines, purpose="test", idempotency_key=key or new_key(), now=now)


def begin(till: FakeGateway, order_id: int, actor: Actor = PAYER, now: datetime = NOW) -> str:
    """Send the payer to the gateway and return the trade number."""
    page = begin_payment(
        actor=actor, order_id=order_id, gateway_code=till.code, return_url="https://x/back", notify_url="https://x/n",
        now=now,
    )  # fmt: skip
    return page.url.rsplit("/", 1)[1]


def pay(till: FakeGateway, *lines: tuple[str, str], actor: Actor = PAYER, now: datetime = NOW) -> OrderView:
    """Place an order and pay it."""
    order_id = place(*lines, actor=actor, now=now)
    receipt = till.pay(begin(till, order_id, actor, now), now)
    capture(actor=actor, receipt=receipt, source="notify", now=now)
    return get_order(order_id)
