"""The worker takes bindings from one account of a person to the other."""

from django.db import migrations

from shimin.kernel.policies import protect


class Migration(migrations.Migration):
    dependencies = [("billing", "0002_reminders")]

    operations = [
        *protect("billing_bound_account", grants={"worker": "UPDATE (account_id)"}),
        *protect("billing_reminder", grants={"worker": "UPDATE (account_id)"}),
    ]
