"""The day close asks which gateways payers were sent to on a day."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0004_told")]

    operations = [
        migrations.AddIndex(
            model_name="attempt",
            index=models.Index(fields=["city_code", "opened_at"], name="payments_attempt_days"),
        ),
    ]
