"""``python -m bench.chaos_orders make FILE COUNT BASE_URL | compare DAY``: the platform's side of the chaos run.

``make`` places one order after another, as payers do, and prints each cashier's address as a line of JSON; FILE holds
the cards that are topped up. The database is killed meanwhile: it asks again under the same key. One order in a hundred
gets a second try, which its payer pays as well. ``compare`` imports the gateway's statement of a day, compares, and
prints what does not agree.
"""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shimin.project.settings")
django.setup()

from django.db import DatabaseError, InterfaceError, connection  # noqa: E402

from shimin.adapters.alipay.gateway import CODE  # noqa: E402
from shimin.capabilities.payments.billing.domain.cards import KIND, make_ref, read_ref  # noqa: E402
from shimin.capabilities.payments.operations.placing import place  # noqa: E402
from shimin.capabilities.payments.ports import Checkout  # noqa: E402
from shimin.capabilities.payments.public import Owed, begin_payment, gateway, get_order, link_secret  # noqa: E402
from shimin.capabilities.payments.reconciliation.public import (  # noqa: E402
    download_statement,
    reconcile_day,
)
from shimin.kernel import clock  # noqa: E402
from shimin.kernel.actor import ANONYMOUS, SYSTEM  # noqa: E402
from shimin.kernel.errors import Unavailable  # noqa: E402
from shimin.kernel.ids import new_id  # noqa: E402

CITY = "430100"
DOUBLE_EVERY = 100
_SECOND_TRY = """
    INSERT INTO payments_attempt (id, order_id, city_code, gateway, out_trade_no, amount_fen, state, opened_at, polls,
        next_poll_at)
    SELECT %s, order_id, city_code, gateway, left(out_trade_no, -2) || '02', amount_fen, 'open', opened_at, 0,
        next_poll_at
    FROM payments_attempt WHERE order_id = %s AND out_trade_no LIKE '%%01' ON CONFLICT DO NOTHING
"""


def make(cards: list[list[str]], count: int, base_url: str) -> None:
    """Make orders one after another, whatever happens to the database."""
    run = new_id()
    for number in range(count):
        made = _until_done(cards[number % len(cards)], number, run, base_url)
        print(json.dumps(made), flush=True)


def _until_done(card: list[str], number: int, run: int, base_url: str) -> dict[str, Any]:
    while True:
        try:
            return _make(card, number, run, base_url)
        except (DatabaseError, InterfaceError, Unavailable):
            connection.close()
            time.sleep(0.2)


def _make(card: list[str], number: int, run: int, base_url: str) -> dict[str, Any]:
    now = clock.now()
    ref = make_ref(card[0], card[1], 1 + number % 2, f"chaos-{run}-{number}")
    wish = read_ref(ref)
    owed = Owed(
        kind=KIND, ref=ref, title=wish.title, amount_fen=wish.fen, city_code=CITY, payee_code=wish.school.payee_code,
        payee_name=wish.school.name, agency_id=None, item_code="campus_card",
    )  # fmt: skip
    key = f"chaos-{run}-{number}"
    order_id = place(actor=ANONYMOUS, owed=[owed], purpose=KIND, idempotency_key=key, now=now)
    back = f"{base_url}/pay/orders/{order_id}/back?k={link_secret(order_id)}"
    notify = f"{base_url}/pay/notify/{CODE}"
    page = begin_payment(
        actor=ANONYMOUS, order_id=order_id, gateway_code=CODE, return_url=back, notify_url=notify, now=now,
        link=link_secret(order_id),
    )  # fmt: skip
    urls, numbers = [page.url], [get_order(order_id).attempts[0].out_trade_no]
    if number % DOUBLE_EVERY == 0:
        with connection.cursor() as cursor:
            cursor.execute(_SECOND_TRY, [new_id(), order_id])
        numbers.append(f"{numbers[0][:-2]}02")
        checkout = Checkout(numbers[1], owed.title, owed.amount_fen, get_order(order_id).expires_at, back, notify)
        urls.append(gateway(CODE).open_cashier(checkout).url)
    return {"order": order_id, "urls": urls, "numbers": numbers, "back": back.removeprefix(base_url)}


def compare(day: date) -> None:
    """Import and compare; print (kind, document) of each open difference."""
    now = clock.now()
    download_statement(actor=SYSTEM, city_code=CITY, gateway_code=CODE, day=day, now=now)
    reconcile_day(actor=SYSTEM, city_code=CITY, gateway_code=CODE, day=day, now=now)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT difference_kind, document FROM reconciliation_difference WHERE state = 'open' AND day = %s", [day]
        )
        found = cursor.fetchall()
    print(json.dumps(found))


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(json.loads(Path(sys.argv[2]).read_text()), int(sys.argv[3]), sys.argv[4])
    else:
        compare(date.fromisoformat(sys.argv[2]))
