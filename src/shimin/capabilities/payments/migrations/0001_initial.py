"""Orders, tries, captures, claims, the ledger, refunds; who may see which rows, and what the database itself refuses."""

import django.db.models.deletion
from django.db import migrations, models

import shimin.kernel.ids
from shimin.kernel.policies import protect

OWN = "payer_account_id = (select shimin_account_id())"
OWN_ORDER = "EXISTS (SELECT 1 FROM payments_order o WHERE o.id = {table}.order_id)"  # the order's own policy decides
IN_REGION = "((select shimin_region_codes()) IS NULL OR city_code::text = ANY ((select shimin_region_codes())::text[]))"
IN_AGENCY = "((select shimin_agency_ids()) IS NULL OR agency_id = ANY ((select shimin_agency_ids())::bigint[]))"
FINANCE = f"(select shimin_has_role('payments.finance')) AND {IN_REGION}"
DESK = f"((select shimin_has_role('payments.finance')) OR (select shimin_has_role('payments.teller'))) AND {IN_REGION}"
# An officer limited to an agency sees an order because one of its lines is the agency's.
DESK_ORDERS = f"""
    {DESK} AND ((select shimin_agency_ids()) IS NULL OR EXISTS (
        SELECT 1 FROM payments_order_line l
        WHERE l.order_id = payments_order.id AND l.agency_id = ANY ((select shimin_agency_ids())::bigint[])))
"""  # noqa: S608 - constants only

FORWARD_ONLY = """
CREATE FUNCTION payments_order_goes_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.state, NEW.state) NOT IN (
    ('created', 'paying'), ('created', 'closed'), ('paying', 'closed'), ('created', 'captured'), ('paying', 'captured'),
    ('closed', 'captured'), ('captured', 'settled'), ('captured', 'refunded'), ('settled', 'refunded')
  ) THEN
    RAISE EXCEPTION 'payments_order_forward: % does not become %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER payments_order_forward BEFORE UPDATE OF state ON payments_order FOR EACH ROW
  WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION payments_order_goes_forward();
REVOKE ALL ON FUNCTION payments_order_goes_forward() FROM PUBLIC;
"""

# The sum must see every row of the transaction, whatever the writer's policies: hence the definer.
LEDGER_RULES = """
CREATE FUNCTION payments_ledger_is_balanced() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM payments_ledger_entry WHERE transaction_id = NEW.transaction_id
    GROUP BY currency HAVING sum(amount_fen) <> 0
  ) THEN
    RAISE EXCEPTION 'payments_ledger_balanced: transaction % does not sum to zero', NEW.transaction_id
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION payments_ledger_is_balanced() FROM PUBLIC;
CREATE CONSTRAINT TRIGGER payments_ledger_balanced AFTER INSERT ON payments_ledger_entry
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments_ledger_is_balanced();
CREATE FUNCTION payments_ledger_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'payments_ledger_append_only: write a reversal instead' USING ERRCODE = 'check_violation';
END $$;
REVOKE ALL ON FUNCTION payments_ledger_stays() FROM PUBLIC;
CREATE TRIGGER payments_ledger_append_only BEFORE UPDATE OR DELETE ON payments_ledger_entry
  FOR EACH ROW EXECUTE FUNCTION payments_ledger_stays();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [("kernel", "0002_worker")]

    operations = [
        migrations.CreateModel(
            name="OrderKey",
            fields=[
                ("hash", models.BinaryField(primary_key=True, serialize=False)),
                ("order_id", models.BigIntegerField()),
                ("fingerprint", models.BinaryField()),
            ],
            options={
                "db_table": "payments_order_key",
            },
        ),
        migrations.CreateModel(
            name="Claim",
            fields=[
                ("hash", models.BinaryField(primary_key=True, serialize=False)),
                ("order_id", models.BigIntegerField()),
                ("is_paid", models.BooleanField(default=False)),
                ("held_until", models.DateTimeField()),
            ],
            options={
                "db_table": "payments_claim",
                "indexes": [models.Index(fields=["order_id"], name="payments_claim_order")],
            },
        ),
        migrations.CreateModel(
            name="LedgerEntry",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("city_code", models.CharField(max_length=6)),
                ("transaction_id", models.BigIntegerField()),
                ("entry_kind", models.TextField()),
                ("account", models.TextField()),
                ("currency", models.CharField(default="CNY", max_length=3)),
                ("amount_fen", models.BigIntegerField()),
                ("payee_code", models.TextField(default="")),
                ("item_code", models.TextField(default="")),
                ("agency_id", models.BigIntegerField(null=True)),
                ("order_id", models.BigIntegerField(null=True)),
                ("line_id", models.BigIntegerField(null=True)),
                ("document", models.TextField(default="")),
                ("business_date", models.DateField()),
                ("posted_at", models.DateTimeField()),
            ],
            options={
                "db_table": "payments_ledger_entry",
                "indexes": [
                    models.Index(fields=["transaction_id"], name="payments_ledger_transaction"),
                    models.Index(fields=["city_code", "business_date", "account"], name="payments_ledger_days"),
                    models.Index(fields=["order_id"], name="payments_ledger_order"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_fen", 0), _negated=True), name="payments_ledger_entry_amount"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "entry_kind__in",
                                ["capture", "surplus", "refund", "reversal", "payout", "treasury", "write_off"],
                            )
                        ),
                        name="payments_ledger_entry_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("account__regex", "^(gateway|cash|payee):[a-z0-9:._-]+$|^(bank|surplus|fees|write_off)$")
                        ),
                        name="payments_ledger_entry_account",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Order",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("city_code", models.CharField(max_length=6)),
                ("number", models.CharField(max_length=19)),
                ("payer_account_id", models.BigIntegerField(null=True)),
                ("link_hash", models.BinaryField()),
                ("purpose", models.TextField()),
                ("title", models.TextField()),
                ("total_fen", models.BigIntegerField()),
                ("refunded_fen", models.BigIntegerField(default=0)),
                ("content_hash", models.BinaryField()),
                ("state", models.TextField(default="created")),
                ("version", models.IntegerField(default=1)),
                ("gateway", models.TextField(default="")),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("captured_at", models.DateTimeField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "payments_order",
                "indexes": [
                    models.Index(fields=["payer_account_id", "-id"], name="payments_order_mine"),
                    models.Index(
                        condition=models.Q(("state__in", ["created", "paying"])),
                        fields=["expires_at"],
                        name="payments_order_expiring",
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ["captured", "settled", "refunded"])),
                        fields=["city_code", "captured_at"],
                        name="payments_order_days",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("city_code", "number"), name="payments_order_number"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["created", "paying", "closed", "captured", "settled", "refunded"])
                        ),
                        name="payments_order_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("total_fen__gt", 0), ("total_fen__lte", 500000000)),
                        name="payments_order_total",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("refunded_fen__gte", 0), ("refunded_fen__lte", models.F("total_fen"))),
                        name="payments_order_refunded",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state__in", ["captured", "settled", "refunded"]), ("captured_at__isnull", False)
                            ),
                            models.Q(
                                models.Q(("state__in", ["captured", "settled", "refunded"]), _negated=True),
                                ("captured_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="payments_order_captured",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OrderLine",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("city_code", models.CharField(max_length=6)),
                ("payable_kind", models.TextField()),
                ("payable_ref", models.TextField()),
                ("claim_hash", models.BinaryField()),
                ("title", models.TextField()),
                ("amount_fen", models.BigIntegerField()),
                ("payee_code", models.TextField()),
                ("payee_name", models.TextField()),
                ("agency_id", models.BigIntegerField(null=True)),
                ("item_code", models.TextField()),
                ("state", models.TextField(default="owed")),
                ("refund_held_fen", models.BigIntegerField(default=0)),
                ("settle_after", models.DateTimeField(null=True)),
                ("settle_tries", models.IntegerField(default=0)),
                ("settled_at", models.DateTimeField(null=True)),
                ("reverted_at", models.DateTimeField(null=True)),
                ("keeper_receipt", models.TextField(default="")),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="payments.order"
                    ),
                ),
            ],
            options={
                "db_table": "payments_order_line",
            },
        ),
        migrations.CreateModel(
            name="Refund",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("city_code", models.CharField(max_length=6)),
                ("agency_id", models.BigIntegerField(null=True)),
                ("gateway", models.TextField()),
                ("out_trade_no", models.TextField()),
                ("amount_fen", models.BigIntegerField()),
                ("reason", models.TextField()),
                ("words", models.TextField(default="")),
                ("stage", models.TextField()),
                ("version", models.IntegerField(default=1)),
                ("requested_by_id", models.BigIntegerField(null=True)),
                ("requested_at", models.DateTimeField()),
                ("decided_by_id", models.BigIntegerField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("next_try_at", models.DateTimeField(null=True)),
                ("tries", models.IntegerField(default=0)),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "line",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refunds",
                        to="payments.orderline",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="refunds", to="payments.order"
                    ),
                ),
            ],
            options={
                "db_table": "payments_refund",
            },
        ),
        migrations.CreateModel(
            name="Capture",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("city_code", models.CharField(max_length=6)),
                ("gateway", models.TextField()),
                ("trade_no", models.TextField()),
                ("out_trade_no", models.TextField()),
                ("amount_fen", models.BigIntegerField()),
                ("is_surplus", models.BooleanField()),
                ("source", models.TextField()),
                ("paid_at", models.DateTimeField()),
                ("noted_at", models.DateTimeField()),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="captures", to="payments.order"
                    ),
                ),
            ],
            options={
                "db_table": "payments_capture",
                "indexes": [models.Index(fields=["city_code", "gateway", "paid_at"], name="payments_capture_days")],
                "constraints": [
                    models.UniqueConstraint(fields=("city_code", "gateway", "trade_no"), name="payments_capture_trade"),
                    models.UniqueConstraint(
                        condition=models.Q(("is_surplus", False)),
                        fields=("city_code", "order"),
                        name="payments_capture_once",
                    ),
                    models.CheckConstraint(condition=models.Q(("amount_fen__gt", 0)), name="payments_capture_amount"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("city_code", models.CharField(max_length=6)),
                ("gateway", models.TextField()),
                ("out_trade_no", models.TextField()),
                ("amount_fen", models.BigIntegerField()),
                ("state", models.TextField(default="open")),
                ("opened_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("polls", models.IntegerField(default=0)),
                ("next_poll_at", models.DateTimeField(null=True)),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="attempts", to="payments.order"
                    ),
                ),
            ],
            options={
                "db_table": "payments_attempt",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "open")), fields=["next_poll_at"], name="payments_attempt_polls"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("city_code", "out_trade_no"), name="payments_attempt_number"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "captured", "closed"])), name="payments_attempt_state"
                    ),
                    models.CheckConstraint(condition=models.Q(("amount_fen__gt", 0)), name="payments_attempt_amount"),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="orderline",
            index=models.Index(
                condition=models.Q(("settle_after__isnull", False)),
                fields=["settle_after"],
                name="payments_line_to_settle",
            ),
        ),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.UniqueConstraint(
                fields=("city_code", "order", "payable_kind", "payable_ref"), name="payments_order_line_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_fen__gt", 0)), name="payments_order_line_amount"
            ),
        ),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["owed", "paid", "surplus", "settled", "refunded"])),
                name="payments_order_line_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.CheckConstraint(
                condition=models.Q(("refund_held_fen__gte", 0), ("refund_held_fen__lte", models.F("amount_fen"))),
                name="payments_order_line_refunds",
            ),
        ),
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(fields=["order"], name="payments_refund_order"),
        ),
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(
                condition=models.Q(("stage__in", ["agreed", "sent"])),
                fields=["next_try_at"],
                name="payments_refund_to_send",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(condition=models.Q(("amount_fen__gt", 0)), name="payments_refund_amount"),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(("stage__in", ["requested", "declined", "agreed", "sent", "done", "failed"])),
                name="payments_refund_stage",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reason__in", ["paid_twice", "keeper_refused", "wrong_amount", "decision_revoked", "other"])
                ),
                name="payments_refund_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("requested_by_id__isnull", True),
                    ("decided_by_id__isnull", True),
                    models.Q(("requested_by_id", models.F("decided_by_id")), _negated=True),
                    _connector="OR",
                ),
                name="payments_refund_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("stage__in", ["requested"]),
                    ("requested_by_id__isnull", True),
                    ("decided_by_id__isnull", False),
                    _connector="OR",
                ),
                name="payments_refund_agreed",
            ),
        ),
        migrations.RunSQL(FORWARD_ONLY, migrations.RunSQL.noop),
        migrations.RunSQL(LEDGER_RULES, migrations.RunSQL.noop),
        *protect(
            "payments_order",
            grants={"citizen": "SELECT", "staff": "SELECT", "worker": "SELECT, INSERT, UPDATE"},
            policies={"citizen": {"select": OWN}, "staff": {"select": DESK_ORDERS}},
        ),
        *protect(
            "payments_order_line",
            grants={
                "citizen": "SELECT",
                "staff": "SELECT, UPDATE (refund_held_fen)",
                "worker": "SELECT, INSERT, UPDATE",
            },
            policies={
                "citizen": {"select": OWN_ORDER.format(table="payments_order_line")},
                "staff": {"select": f"{DESK} AND {IN_AGENCY}", "update": f"{FINANCE} AND {IN_AGENCY}"},
            },
        ),
        *protect(
            "payments_attempt",
            grants={"citizen": "SELECT", "staff": "SELECT", "worker": "SELECT, INSERT, UPDATE"},
            policies={
                "citizen": {"select": OWN_ORDER.format(table="payments_attempt")},
                "staff": {"select": OWN_ORDER.format(table="payments_attempt")},
            },
        ),
        *protect(
            "payments_capture",
            grants={"citizen": "SELECT", "staff": "SELECT", "worker": "SELECT, INSERT"},
            policies={
                "citizen": {"select": OWN_ORDER.format(table="payments_capture")},
                "staff": {"select": OWN_ORDER.format(table="payments_capture")},
            },
        ),
        *protect("payments_claim", grants={"worker": "SELECT, INSERT, UPDATE"}, policies={}),
        *protect("payments_order_key", grants={"worker": "SELECT, INSERT"}, policies={}),
        *protect(
            "payments_ledger_entry",
            grants={"staff": "SELECT, INSERT", "worker": "SELECT, INSERT"},
            policies={"staff": {"select": f"{FINANCE} AND {IN_AGENCY}", "insert": f"{FINANCE} AND {IN_AGENCY}"}},
        ),
        *protect(
            "payments_refund",
            grants={
                "citizen": "SELECT",
                "staff": "SELECT, INSERT, UPDATE (stage, decided_by_id, decided_at, next_try_at, version)",
                "worker": "SELECT, INSERT, UPDATE",
            },
            policies={
                "citizen": {"select": OWN_ORDER.format(table="payments_refund")},
                "staff": {
                    "select": f"{FINANCE} AND {IN_AGENCY}",
                    "insert": f"{FINANCE} AND {IN_AGENCY} AND requested_by_id = (select shimin_account_id())",
                    "update": f"{FINANCE} AND {IN_AGENCY}",
                },
            },
        ),
    ]
