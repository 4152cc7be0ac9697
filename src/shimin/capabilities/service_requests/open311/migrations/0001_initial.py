"""What registered systems file and update, from service requests: the tables are theirs already, with their guards."""

import django.db.models.deletion
from django.db import migrations, models

import shimin.kernel.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("service_requests", "0018_open311_room"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="PartnerUpdate",
                    fields=[
                        ("hash", models.BinaryField(primary_key=True, serialize=False)),
                        ("step_id", models.BigIntegerField()),
                    ],
                    options={
                        "db_table": "service_requests_partner_update",
                    },
                ),
                migrations.CreateModel(
                    name="PartnerFiling",
                    fields=[
                        (
                            "id",
                            models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False),
                        ),
                        ("city_code", models.CharField(max_length=6)),
                        ("client_id", models.BigIntegerField()),
                        ("client_name", models.TextField()),
                        ("service_code", models.TextField()),
                        (
                            "request",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="partner_filings",
                                to="service_requests.servicerequest",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "service_requests_partner_filing",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("city_code", "request"), name="service_requests_partner_filing_once"
                            )
                        ],
                    },
                ),
            ]
        ),
    ]
