"""Calls from abroad and the duty desk belong to a room of their own; the tables stay as they are."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("service_requests", "0022_consumer_room")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel("AbroadPlace"),
                migrations.DeleteModel("DutyHandOver"),
            ]
        ),
    ]
