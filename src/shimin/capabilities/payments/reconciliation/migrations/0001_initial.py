"""Statements, differences and closed days; only finance officers of a whole city and the worker see them."""

import django.db.models.deletion
from django.db import migrations, models

import shimin.kernel.ids
from shimin.kernel.policies import protect

IN_REGION = "((select shimin_region_codes()) IS NULL OR city_code::text = ANY ((select shimin_region_codes())::text[]))"
FINANCE = f"(select shimin_has_role('payments.finance')) AND (select shimin_agency_ids()) IS NULL AND {IN_REGION}"


class Migration(migrations.Migration):
    initial = True

    dependencies = [("kernel", "0002_worker"), ("payments", "0003_receipts")]

    operations = [
        migrations.CreateModel(
            name="DayClose",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("city_code", models.CharField(max_length=6)),
                ("day", models.DateField()),
                ("captured_fen", models.BigIntegerField()),
                ("refunded_fen", models.BigIntegerField()),
                ("net_fen", models.BigIntegerField()),
                ("treasury_hash", models.BinaryField()),
                ("closed_by_id", models.BigIntegerField()),
                ("closed_at", models.DateTimeField()),
            ],
            options={
                "db_table": "reconciliation_day_close",
                "constraints": [
                    models.UniqueConstraint(fields=("city_code", "day"), name="reconciliation_day_close_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Difference",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("city_code", models.CharField(max_length=6)),
                ("gateway", models.TextField()),
                ("day", models.DateField()),
                ("difference_kind", models.TextField()),
                ("document", models.TextField()),
                ("statement_fen", models.BigIntegerField(null=True)),
                ("ledger_fen", models.BigIntegerField(null=True)),
                ("order_id", models.BigIntegerField(null=True)),
                ("out_trade_no", models.TextField(default="")),
                ("state", models.TextField(default="open")),
                ("way", models.TextField(default="")),
                ("words", models.TextField(default="")),
                ("found_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("closed_by_id", models.BigIntegerField(null=True)),
            ],
            options={
                "db_table": "reconciliation_difference",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "open")),
                        fields=["city_code", "day"],
                        name="reconciliation_difference_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("city_code", "gateway", "day", "difference_kind", "document"),
                        name="reconciliation_difference_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "difference_kind__in",
                                [
                                    "not_captured",
                                    "unknown_trade",
                                    "refund_unknown",
                                    "wrong_amount",
                                    "doubled_line",
                                    "not_at_gateway",
                                    "refund_not_at_gateway",
                                    "over_midnight",
                                    "not_settled",
                                    "refund_failed",
                                ],
                            )
                        ),
                        name="reconciliation_difference_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("state", "open"), ("way", "")),
                            models.Q(
                                ("closed_at__isnull", False),
                                ("state", "closed"),
                                ("way__in", ["by_itself", "gateway_corrected", "paid_by_hand", "explained"]),
                            ),
                            _connector="OR",
                        ),
                        name="reconciliation_difference_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "open"),
                            ("way", "by_itself"),
                            models.Q(models.Q(("words", ""), _negated=True), ("closed_by_id__isnull", False)),
                            _connector="OR",
                        ),
                        name="reconciliation_difference_by_hand",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Statement",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("city_code", models.CharField(max_length=6)),
                ("gateway", models.TextField()),
                ("day", models.DateField()),
                ("content_hash", models.BinaryField()),
                ("state", models.TextField()),
                ("line_count", models.IntegerField(default=0)),
                ("in_fen", models.BigIntegerField(default=0)),
                ("out_fen", models.BigIntegerField(default=0)),
                ("other_count", models.IntegerField(default=0)),
                ("faults", models.JSONField(default=list)),
                ("imported_by_id", models.BigIntegerField(null=True)),
                ("imported_at", models.DateTimeField()),
            ],
            options={
                "db_table": "reconciliation_statement",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["current", "replaced", "refused"])),
                        name="reconciliation_statement_state",
                    ),
                    models.UniqueConstraint(
                        fields=("city_code", "gateway", "day", "content_hash"), name="reconciliation_statement_content"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "current")),
                        fields=("city_code", "gateway", "day"),
                        name="reconciliation_statement_current",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StatementLine",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("city_code", models.CharField(max_length=6)),
                ("line", models.IntegerField()),
                ("document", models.TextField()),
                ("is_refund", models.BooleanField()),
                ("out_trade_no", models.TextField()),
                ("amount_fen", models.BigIntegerField()),
                ("happened_at", models.DateTimeField()),
                (
                    "statement",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="reconciliation.statement",
                    ),
                ),
            ],
            options={
                "db_table": "reconciliation_statement_line",
                "indexes": [
                    models.Index(fields=["statement", "id"], name="reconciliation_line_statement"),
                    models.Index(fields=["city_code", "document"], name="reconciliation_line_document"),
                ],
            },
        ),
        *protect(
            "reconciliation_statement",
            grants={"staff": "SELECT, INSERT, UPDATE", "worker": "SELECT, INSERT, UPDATE"},
            policies={"staff": {"select": FINANCE, "insert": FINANCE, "update": FINANCE}},
        ),
        *protect(
            "reconciliation_statement_line",
            grants={"staff": "SELECT, INSERT", "worker": "SELECT, INSERT"},
            policies={"staff": {"select": FINANCE, "insert": FINANCE}},
        ),
        *protect(
            "reconciliation_difference",
            grants={
                "staff": "SELECT, INSERT, UPDATE (statement_fen, ledger_fen, state, way, words, closed_at, closed_by_id)",
                "worker": "SELECT, INSERT, UPDATE",
            },
            policies={"staff": {"select": FINANCE, "insert": FINANCE, "update": FINANCE}},
        ),
        *protect(
            "reconciliation_day_close",
            grants={"staff": "SELECT, INSERT", "worker": "SELECT"},
            policies={
                "staff": {"select": FINANCE, "insert": f"{FINANCE} AND closed_by_id = (select shimin_account_id())"}
            },
        ),
    ]
