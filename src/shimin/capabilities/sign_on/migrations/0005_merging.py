"""The worker takes links with other platforms from one account of a person to the other."""

from django.db import migrations

from shimin.kernel.policies import protect


class Migration(migrations.Migration):
    dependencies = [("sign_on", "0004_links")]

    operations = [
        *protect("sign_on_linked_identity", grants={"worker": "UPDATE (account_id)"}),
    ]
