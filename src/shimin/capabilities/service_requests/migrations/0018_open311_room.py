"""What registered systems file and update belong to a room of their own; the tables stay as they are."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("service_requests", "0017_supervision_room")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel("PartnerFiling"),
                migrations.DeleteModel("PartnerUpdate"),
            ]
        ),
    ]
