"""The worker takes reads from one account of a person to the other."""

from django.db import migrations

from shimin.kernel.policies import protect


class Migration(migrations.Migration):
    dependencies = [("enquiries", "0002_acted_by")]

    operations = [
        *protect("enquiries_enquiry", grants={"worker": "UPDATE (account_id)"}),
        *protect("enquiries_dispute", grants={"worker": "UPDATE (account_id)"}),
        *protect("enquiries_callback_request", grants={"worker": "UPDATE (account_id)"}),
    ]
