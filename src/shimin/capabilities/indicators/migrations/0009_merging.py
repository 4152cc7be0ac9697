"""The worker takes green entries and votes from one account of a person to the other."""

from django.db import migrations

from shimin.kernel.policies import protect


class Migration(migrations.Migration):
    dependencies = [("indicators", "0008_letters_about_reports")]

    operations = [
        *protect("indicators_green_entry", grants={"worker": "UPDATE (account_id)"}),
        *protect("indicators_poll_voter", grants={"worker": "UPDATE (account_id)"}),
    ]
