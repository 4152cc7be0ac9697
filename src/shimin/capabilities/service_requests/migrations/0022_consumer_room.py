"""Consumers' matters belong to a room of their own; the tables stay as they are."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("service_requests", "0021_queue_indexes")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel("ConsumerMatter"),
            ]
        ),
    ]
