"""The inbox of an account, and the queue of texts to phones."""

from django.db import migrations, models

import shimin.kernel.ids
from shimin.kernel.policies import protect

OWN = "account_id = (select shimin_account_id())"


class Migration(migrations.Migration):
    initial = True

    dependencies = [("kernel", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("account_id", models.BigIntegerField()),
                ("template", models.TextField()),
                ("values", models.BinaryField()),
                ("state", models.TextField(default="delivered")),
                ("created_at", models.DateTimeField()),
                ("read_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "notices_notice",
                "indexes": [
                    models.Index(fields=["account_id", "-id"], name="notices_notice_inbox"),
                    models.Index(
                        condition=models.Q(("read_at", None)), fields=["account_id"], name="notices_notice_unread"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["queued", "sent", "delivered", "read", "failed"])),
                        name="notices_notice_known_state",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TextMessage",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("template", models.TextField()),
                ("phone", models.BinaryField()),
                ("phone_tail", models.CharField(max_length=4)),
                ("text", models.BinaryField()),
                ("state", models.TextField(default="queued")),
                ("attempts", models.SmallIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("next_attempt_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "db_table": "notices_text_message",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "queued")),
                        fields=["next_attempt_at"],
                        name="notices_text_message_queue",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["queued", "sent", "delivered", "read", "failed"])),
                        name="notices_text_message_known_state",
                    )
                ],
            },
        ),
        *protect(
            "notices_notice",
            grants={
                "citizen": "SELECT, INSERT, UPDATE (state, read_at)",
                "auth": "INSERT",
                "worker": "SELECT, INSERT, UPDATE, DELETE",
            },
            policies={
                "citizen": {"select": OWN, "insert": OWN, "update": OWN},
                "auth": {"insert": "true"},
            },
        ),
        *protect(
            "notices_text_message",
            grants={"auth": "SELECT, INSERT", "worker": "SELECT, INSERT, UPDATE, DELETE"},
            policies={"auth": {"all": "true"}},
        ),
    ]
