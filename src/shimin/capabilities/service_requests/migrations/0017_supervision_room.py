"""Cards, call-backs and weekly reports belong to a room of their own; the tables stay as they are."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("service_requests", "0016_abroad")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel("Card"),
                migrations.DeleteModel("CallBack"),
                migrations.DeleteModel("WeeklyReport"),
            ]
        ),
    ]
