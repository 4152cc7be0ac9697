"""Which message of a bulk file became which request."""

from django.db import migrations, models

from shimin.kernel.policies import protect


class Migration(migrations.Migration):
    dependencies = [("service_requests", "0005_by_category")]

    operations = [
        migrations.CreateModel(
            name="ImportedMessage",
            fields=[
                ("hash", models.BinaryField(primary_key=True, serialize=False)),
                ("request_id", models.BigIntegerField()),
                ("fingerprint", models.BinaryField()),
                ("imported_at", models.DateTimeField()),
            ],
            options={"db_table": "service_requests_imported"},
        ),
        *protect("service_requests_imported", grants={"worker": "SELECT, INSERT"}, policies={}),
    ]
