"""Weekly reports of supervision, kept as they were made: written by the worker, read by the city's supervisors."""

from django.db import migrations, models

import shimin.kernel.ids
from shimin.kernel.policies import protect

OF_CITY = """
    (select shimin_has_role('service_requests.supervisor'))
    AND ((select shimin_region_codes()) IS NULL OR city_code::text = ANY ((select shimin_region_codes())::text[]))
"""


class Migration(migrations.Migration):
    dependencies = [("service_requests", "0011_voices")]

    operations = [
        migrations.CreateModel(
            name="WeeklyReport",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("city_code", models.CharField(max_length=6)),
                ("week_starts", models.DateField()),
                ("made_at", models.DateTimeField()),
                ("figures", models.JSONField()),
            ],
            options={
                "db_table": "service_requests_weekly_report",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("city_code", "week_starts"), name="service_requests_weekly_report_once"
                    )
                ],
            },
        ),
        *protect(
            "service_requests_weekly_report",
            grants={"staff": "SELECT", "worker": "SELECT, INSERT"},
            policies={"staff": {"select": OF_CITY}},
        ),
    ]
