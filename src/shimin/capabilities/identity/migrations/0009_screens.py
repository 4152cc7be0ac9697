"""Screens that a phone signs in."""

from django.db import migrations, models

import shimin.kernel.ids
from shimin.kernel.policies import protect


class Migration(migrations.Migration):
    dependencies = [("identity", "0008_devices_and_risk")]

    operations = [
        migrations.CreateModel(
            name="ScreenSignIn",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("code_hash", models.BinaryField()),
                ("browser_hash", models.BinaryField()),
                ("number", models.SmallIntegerField()),
                ("state", models.TextField(default="waiting")),
                ("device_label", models.TextField()),
                ("network", models.TextField()),
                ("account_id", models.BigIntegerField(null=True)),
                ("level", models.SmallIntegerField(default=0)),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "identity_screen_sign_in",
                "constraints": [
                    models.UniqueConstraint(fields=("code_hash",), name="identity_screen_sign_in_code"),
                    models.UniqueConstraint(fields=("browser_hash",), name="identity_screen_sign_in_browser"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["waiting", "approved", "denied", "used"])),
                        name="identity_screen_sign_in_known_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["approved", "used"]), _negated=True),
                            ("account_id__isnull", False),
                            _connector="OR",
                        ),
                        name="identity_screen_sign_in_has_owner",
                    ),
                ],
            },
        ),
        *protect(
            "identity_screen_sign_in",
            grants={"auth": "SELECT, INSERT, UPDATE", "worker": "SELECT, DELETE"},
            policies={"auth": {"all": "true"}},
        ),
    ]
