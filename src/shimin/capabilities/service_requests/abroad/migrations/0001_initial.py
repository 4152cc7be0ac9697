"""Calls from abroad and the duty desk, from service requests: the tables are theirs already, with their guards."""

import django.db.models.deletion
from django.db import migrations, models

import shimin.kernel.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("service_requests", "0023_abroad_room"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="DutyHandOver",
                    fields=[
                        (
                            "id",
                            models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False),
                        ),
                        ("city_code", models.CharField(max_length=6)),
                        ("given_by_id", models.BigIntegerField()),
                        ("given_at", models.DateTimeField()),
                        ("words", models.TextField()),
                        ("open_count", models.IntegerField()),
                        ("taken_by_id", models.BigIntegerField(null=True)),
                        ("taken_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "db_table": "service_requests_duty",
                        "indexes": [models.Index(fields=["city_code", "-id"], name="service_requests_duty_newest")],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("taken_at__isnull", True)),
                                fields=("city_code",),
                                name="service_requests_duty_one_open",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("taken_by_id__isnull", True),
                                    models.Q(("taken_by_id", models.F("given_by_id")), _negated=True),
                                    _connector="OR",
                                ),
                                name="service_requests_duty_two_people",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AbroadPlace",
                    fields=[
                        (
                            "id",
                            models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False),
                        ),
                        ("city_code", models.CharField(max_length=6)),
                        ("country", models.CharField(max_length=2)),
                        ("zone", models.TextField()),
                        ("place", models.TextField()),
                        ("contact", models.BinaryField(default=b"")),
                        (
                            "request",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="abroad_places",
                                to="service_requests.servicerequest",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "service_requests_abroad",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("city_code", "request"), name="service_requests_abroad_once"
                            )
                        ],
                    },
                ),
            ]
        ),
    ]
