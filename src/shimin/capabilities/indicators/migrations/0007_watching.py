"""Letters about the board: subscriptions are their owner's, alerts the supervisors' of the city."""

from django.db import migrations, models

import shimin.kernel.ids
from shimin.kernel.policies import protect

HERE = """
    (select shimin_has_role('service_requests.supervisor'))
    AND ((select shimin_region_codes()) IS NULL OR city_code::text = ANY ((select shimin_region_codes())::text[]))
"""
OWN = "account_id = (select shimin_account_id())"


class Migration(migrations.Migration):
    dependencies = [
        ("indicators", "0006_use_by_month"),
    ]

    operations = [
        migrations.CreateModel(
            name="BandAlert",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("city_code", models.CharField(max_length=6)),
                ("figure", models.TextField()),
                ("side", models.TextField()),
                ("value", models.FloatField()),
                ("began_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "indicators_band_alert",
                "indexes": [models.Index(fields=["city_code", "-began_at"], name="indicators_band_alert_city")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("city_code", "figure"),
                        name="indicators_band_alert_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("side__in", ["low", "high"])), name="indicators_band_alert_side"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Subscription",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("account_id", models.BigIntegerField()),
                ("city_code", models.CharField(max_length=6)),
                ("topic", models.TextField()),
                ("recipient", models.BinaryField()),
                ("code", models.BinaryField()),
                ("tries", models.SmallIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("sent_for", models.DateField(null=True)),
            ],
            options={
                "db_table": "indicators_subscription",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account_id", "city_code", "topic"), name="indicators_subscription_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("topic__in", ["alerts", "weekly"])), name="indicators_subscription_topic"
                    ),
                ],
            },
        ),
        *protect(
            "indicators_subscription",
            grants={"staff": "SELECT, INSERT, UPDATE, DELETE", "worker": "SELECT, UPDATE, DELETE"},
            policies={
                "staff": {"select": OWN, "insert": f"{OWN} AND {HERE}", "update": OWN, "delete": OWN},
            },
        ),
        *protect(
            "indicators_band_alert",
            grants={"staff": "SELECT", "worker": "SELECT, INSERT, UPDATE"},
            policies={"staff": {"select": HERE}},
        ),
    ]
