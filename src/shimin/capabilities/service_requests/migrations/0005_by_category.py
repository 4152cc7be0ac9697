"""Queues filtered by category: one index scan for each state and category."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("service_requests", "0004_position"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="servicerequest",
            index=models.Index(
                fields=["agency_id", "state", "category", "due_at", "id"], name="service_requests_by_category"
            ),
        ),
    ]
