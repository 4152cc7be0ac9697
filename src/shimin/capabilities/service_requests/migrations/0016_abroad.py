"""Help from abroad: where somebody is, and the duty desk's hand-overs."""

import django.db.models.deletion
from django.db import migrations, models

import shimin.kernel.ids
from shimin.kernel.policies import protect

OF_REQUEST = "EXISTS (SELECT 1 FROM service_requests_request r WHERE r.id = service_requests_abroad.request_id)"
OF_OWN_REQUEST = """
    EXISTS (SELECT 1 FROM service_requests_request r WHERE r.id = service_requests_abroad.request_id
            AND (r.account_id = (select shimin_account_id()) OR r.id = (select service_requests_unlocked())))
"""
ON_DUTY = """
    (select shimin_has_role('service_requests.dispatcher'))
    AND ((select shimin_region_codes()) IS NULL OR city_code::text = ANY ((select shimin_region_codes())::text[]))
"""


class Migration(migrations.Migration):
    dependencies = [("service_requests", "0015_published_photos")]

    operations = [
        migrations.RemoveConstraint("servicerequest", "service_requests_request_matter"),
        migrations.AddConstraint(
            "servicerequest",
            models.CheckConstraint(
                name="service_requests_request_matter", condition=models.Q(matter__in=["", "consumer", "abroad"])
            ),
        ),
        migrations.CreateModel(
            name="AbroadPlace",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
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
                    models.UniqueConstraint(fields=("city_code", "request"), name="service_requests_abroad_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="DutyHandOver",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
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
        *protect(
            "service_requests_abroad",
            grants={"citizen": "SELECT, INSERT", "staff": "SELECT", "worker": "SELECT, INSERT, UPDATE"},
            policies={
                "citizen": {"select": OF_OWN_REQUEST, "insert": OF_OWN_REQUEST},
                "staff": {"select": OF_REQUEST},
            },
        ),
        *protect(
            "service_requests_duty",
            grants={"staff": "SELECT, INSERT, UPDATE (taken_by_id, taken_at)", "worker": "SELECT"},
            policies={
                "staff": {
                    "select": ON_DUTY,
                    "insert": f"{ON_DUTY} AND given_by_id = (select shimin_account_id())",
                    "update": ON_DUTY,
                }
            },
        ),
    ]
