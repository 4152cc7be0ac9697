"""Consumers' matters, from service requests: the tables are theirs already, with their guards."""

import django.db.models.deletion
from django.db import migrations, models

import shimin.kernel.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("service_requests", "0022_consumer_room"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="ConsumerMatter",
                    fields=[
                        (
                            "id",
                            models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False),
                        ),
                        ("city_code", models.CharField(max_length=6)),
                        ("business_name", models.TextField()),
                        ("business_address", models.TextField()),
                        ("credit_code", models.CharField(default="", max_length=18)),
                        ("business_status", models.TextField(default="")),
                        ("business_lng", models.FloatField(null=True)),
                        ("business_lat", models.FloatField(null=True)),
                        ("goods", models.TextField(default="")),
                        ("demand", models.TextField(default="")),
                        ("bought_date", models.DateField(null=True)),
                        ("amount_fen", models.BigIntegerField(null=True)),
                        ("complainant", models.BinaryField(default=b"")),
                        ("taken_up_level", models.SmallIntegerField(null=True)),
                        ("outcome", models.TextField(default="")),
                        (
                            "request",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="consumer_matters",
                                to="service_requests.servicerequest",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "service_requests_consumer",
                        "indexes": [
                            models.Index(fields=["city_code", "credit_code"], name="service_requests_consumer_firm")
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("city_code", "request"), name="service_requests_consumer_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("demand", ""),
                                    ("demand__in", ["refund", "replace", "repair", "compensation", "perform", "other"]),
                                    _connector="OR",
                                ),
                                name="service_requests_consumer_demand",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("outcome", ""),
                                    (
                                        "outcome__in",
                                        [
                                            "agreed",
                                            "not_agreed",
                                            "business_refused",
                                            "settled",
                                            "case_opened",
                                            "no_case",
                                            "transferred",
                                        ],
                                    ),
                                    _connector="OR",
                                ),
                                name="service_requests_consumer_outcome",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("amount_fen__isnull", True), ("amount_fen__gte", 0), _connector="OR"
                                ),
                                name="service_requests_consumer_amount",
                            ),
                        ],
                    },
                ),
            ]
        ),
    ]
