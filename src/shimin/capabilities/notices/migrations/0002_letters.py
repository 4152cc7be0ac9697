"""Letters by mail, in a queue like that of texts."""

from django.db import migrations, models

import shimin.kernel.ids
from shimin.kernel.policies import protect


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Letter",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("template", models.TextField()),
                ("state", models.TextField(default="queued")),
                ("attempts", models.SmallIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("next_attempt_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("recipient", models.BinaryField()),
                ("subject", models.TextField()),
                ("text", models.BinaryField()),
            ],
            options={
                "db_table": "notices_letter",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "queued")), fields=["next_attempt_at"], name="notices_letter_queue"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["queued", "sent", "delivered", "read", "failed"])),
                        name="notices_letter_known_state",
                    )
                ],
            },
        ),
        *protect(
            "notices_letter",
            grants={
                "auth": "SELECT, INSERT",
                "staff": "INSERT",
                "worker": "SELECT, INSERT, UPDATE, DELETE",
            },
            policies={"auth": {"all": "true"}, "staff": {"insert": "true"}},
        ),
    ]
