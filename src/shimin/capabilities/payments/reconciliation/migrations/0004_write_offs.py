"""Write-offs with four eyes, and the way of a difference that they end."""

import django.db.models.deletion
from django.db import migrations, models

import shimin.kernel.ids
from shimin.kernel.policies import protect

IN_REGION = "((select shimin_region_codes()) IS NULL OR city_code::text = ANY ((select shimin_region_codes())::text[]))"
FINANCE = f"(select shimin_has_role('payments.finance')) AND (select shimin_agency_ids()) IS NULL AND {IN_REGION}"
WAYS = ["by_itself", "gateway_corrected", "keeper_corrected", "paid_by_hand", "explained", "written_off"]


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0003_biller_files")]

    operations = [
        migrations.RemoveConstraint(model_name="difference", name="reconciliation_difference_state"),
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
            name="WriteOff",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("city_code", models.CharField(max_length=6)),
                ("gateway", models.TextField()),
                ("amount_fen", models.BigIntegerField()),
                ("statement_fen", models.BigIntegerField(null=True)),
                ("ledger_fen", models.BigIntegerField(null=True)),
                ("words", models.TextField()),
                ("stage", models.TextField(default="proposed")),
                ("proposed_by_id", models.BigIntegerField()),
                ("proposed_at", models.DateTimeField()),
                ("decided_by_id", models.BigIntegerField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("transaction_id", models.BigIntegerField(null=True)),
                (
                    "difference",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="reconciliation.difference",
                    ),
                ),
            ],
            options={
                "db_table": "reconciliation_write_off",
                "indexes": [models.Index(fields=["city_code", "stage", "-id"], name="reconciliation_write_off_list")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("stage__in", ["proposed", "agreed"])),
                        fields=("city_code", "difference"),
                        name="reconciliation_write_off_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_fen", 0), _negated=True), name="reconciliation_write_off_amount"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_by_id__isnull", True),
                                ("stage", "proposed"),
                                ("transaction_id__isnull", True),
                            ),
                            models.Q(
                                ("decided_by_id__isnull", False),
                                ("stage", "declined"),
                                ("transaction_id__isnull", True),
                            ),
                            models.Q(
                                ("decided_by_id__isnull", False),
                                ("stage", "agreed"),
                                ("transaction_id__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="reconciliation_write_off_stage",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by_id__isnull", True),
                            models.Q(("decided_by_id", models.F("proposed_by_id")), _negated=True),
                            _connector="OR",
                        ),
                        name="reconciliation_write_off_four_eyes",
                    ),
                ],
            },
        ),
        *protect(
            "reconciliation_write_off",
            grants={
                "staff": "SELECT, INSERT, UPDATE (stage, decided_by_id, decided_at, transaction_id)",
                "worker": "SELECT",
            },
            policies={
                "staff": {
                    "select": FINANCE,
                    "insert": f"{FINANCE} AND stage = 'proposed' AND proposed_by_id = (select shimin_account_id())",
                    "update": FINANCE,
                }
            },
        ),
    ]
