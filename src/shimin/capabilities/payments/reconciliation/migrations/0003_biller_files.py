"""Differences with billers, and what billers say of our files."""

from django.db import migrations, models

import shimin.kernel.ids
from shimin.kernel.policies import protect

IN_REGION = "((select shimin_region_codes()) IS NULL OR city_code::text = ANY ((select shimin_region_codes())::text[]))"
FINANCE = f"(select shimin_has_role('payments.finance')) AND (select shimin_agency_ids()) IS NULL AND {IN_REGION}"
KINDS = [
    "not_captured", "unknown_trade", "refund_unknown", "wrong_amount", "doubled_line", "not_at_gateway",
    "refund_not_at_gateway", "over_midnight", "not_settled", "refund_failed", "biller_not_booked", "biller_unknown",
    "biller_reversed", "biller_not_reversed",
]  # fmt: skip
WAYS = ["by_itself", "gateway_corrected", "keeper_corrected", "paid_by_hand", "explained"]


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0002_lines_at_once")]

    operations = [
        migrations.RemoveConstraint(model_name="difference", name="reconciliation_difference_kind"),
        migrations.RemoveConstraint(model_name="difference", name="reconciliation_difference_state"),
        migrations.AddConstraint(
            model_name="difference",
            constraint=models.CheckConstraint(
                condition=models.Q(("difference_kind__in", KINDS)), name="reconciliation_difference_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="difference",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at__isnull", True), ("state", "open"), ("way", "")),
                    models.Q(("closed_at__isnull", False), ("state", "closed"), ("way__in", WAYS)),
                    _connector="OR",
                ),
                name="reconciliation_difference_state",
            ),
        ),
        migrations.CreateModel(
            name="BillerAnswer",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("city_code", models.CharField(max_length=6)),
                ("biller", models.TextField()),
                ("day", models.DateField()),
                ("content_hash", models.BinaryField()),
                ("findings", models.JSONField(default=list)),
                ("sent_at", models.DateTimeField()),
            ],
            options={
                "db_table": "reconciliation_biller_answer",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("city_code", "biller", "day"), name="reconciliation_biller_answer_once"
                    )
                ],
            },
        ),
        *protect(
            "reconciliation_biller_answer",
            grants={"staff": "SELECT, INSERT, UPDATE", "worker": "SELECT, INSERT, UPDATE"},
            policies={"staff": {"select": FINANCE, "insert": FINANCE, "update": FINANCE}},
        ),
    ]
