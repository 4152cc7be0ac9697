"""``python -m bench.orders COUNT``: orders that wait for money, for ``pay``; prints {"base", "amount_fen"}.

One order is placed and sent to Alipay as a payer does it; the others are copies of its rows. Nothing polls or closes
them while the bench runs. Copy n has the id base + n and the claim sha256("bench" n).
"""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shimin.project.settings")
django.setup()

_COPIES = (
    """
    INSERT INTO payments_order SELECT (jsonb_populate_record(o, jsonb_build_object(
        'id', o.id + n, 'number', 'B' || n, 'expires_at', %(far)s::timestamptz,
        'link_hash', sha256(convert_to('link' || n, 'UTF8'))))).*
    FROM payments_order o, generate_series(1, %(count)s) n WHERE o.id = %(order)s
    """,
    """
    INSERT INTO payments_order_line SELECT (jsonb_populate_record(l, jsonb_build_object(
        'id', l.id + n, 'order_id', %(order)s + n, 'payable_ref', 'bench' || n,
        'claim_hash', sha256(convert_to('bench' || n, 'UTF8'))))).*
    FROM payments_order_line l, generate_series(1, %(count)s) n WHERE l.order_id = %(order)s
    """,
    """
    INSERT INTO payments_claim (hash, order_id, is_paid, held_until)
    SELECT sha256(convert_to('bench' || n, 'UTF8')), %(order)s + n, false, %(far)s::timestamptz
    FROM generate_series(1, %(count)s) n
    """,
    """
    INSERT INTO payments_attempt SELECT (jsonb_populate_record(a, jsonb_build_object(
        'id', a.id + n, 'order_id', %(order)s + n, 'next_poll_at', %(far)s::timestamptz,
        'out_trade_no', left(a.out_trade_no, 6) || (%(order)s + n) || right(a.out_trade_no, 2)))).*
    FROM payments_attempt a, generate_series(1, %(count)s) n WHERE a.order_id = %(order)s
    """,
)


def main(count: int) -> None:
    """Make the orders."""
    from django.db import connection

    from shimin.capabilities.payments.operations.placing import place
    from shimin.capabilities.payments.public import Owed, begin_payment
    from shimin.kernel import clock
    from shimin.kernel.actor import ANONYMOUS
    from shimin.kernel.ids import new_id

    now = clock.now()
    owed = Owed(
        kind="bench", ref=f"first-{new_id()}", title="量一量", amount_fen=20_000, city_code="430100",
        payee_code="agency:77", payee_name="演示单位", agency_id=77, item_code="103050101",
    )  # fmt: skip
    order_id = place(actor=ANONYMOUS, owed=[owed], purpose="bench", idempotency_key=f"bench-{new_id()}", now=now)
    from shimin.capabilities.payments.handles import link_secret

    begin_payment(
        actor=ANONYMOUS, order_id=order_id, gateway_code="alipay", return_url="http://127.0.0.1/", now=now,
        notify_url="http://127.0.0.1/", link=link_secret(order_id),
    )  # fmt: skip
    values = {"order": order_id, "count": count, "far": now + timedelta(days=1)}
    with connection.cursor() as cursor:
        for statement in _COPIES:
            cursor.execute(statement, values)
        for table in ("order", "order_line", "claim", "attempt"):
            cursor.execute(f"ANALYZE payments_{table}")
    print(json.dumps({"base": order_id, "amount_fen": owed.amount_fen}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
