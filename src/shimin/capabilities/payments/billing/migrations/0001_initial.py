"""Accounts that people have bound at billers: seen, made and removed by their owner only."""

from django.db import migrations, models

import shimin.kernel.ids
from shimin.kernel.policies import protect

OWN = "account_id = (select shimin_account_id())"


class Migration(migrations.Migration):
    initial = True

    dependencies = [("kernel", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="BoundAccount",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("account_id", models.BigIntegerField()),
                ("city_code", models.CharField(max_length=6)),
                ("biller_code", models.TextField()),
                ("number_sealed", models.BinaryField()),
                ("number_hash", models.BinaryField()),
                ("number_tail", models.CharField(max_length=4)),
                ("home", models.TextField()),
                ("holder_masked", models.TextField()),
                ("address_masked", models.TextField()),
                ("bound_at", models.DateTimeField()),
            ],
            options={
                "db_table": "billing_bound_account",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account_id", "biller_code", "number_hash"), name="billing_bound_account_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("home", ""), _negated=True), name="billing_bound_account_home"
                    ),
                ],
            },
        ),
        *protect(
            "billing_bound_account",
            grants={"citizen": "SELECT, INSERT, DELETE", "worker": "SELECT, DELETE"},
            policies={"citizen": {"select": OWN, "insert": OWN, "delete": OWN}},
        ),
    ]
