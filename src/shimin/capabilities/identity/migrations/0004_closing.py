"""Closing an account erases what it was found by and the devices it knew."""

from django.db import migrations

from shimin.kernel.policies import protect


class Migration(migrations.Migration):
    dependencies = [("identity", "0003_mandates")]

    operations = [
        *protect("identity_login_handle", grants={"auth": "DELETE"}),
        *protect("identity_person_handle", grants={"auth": "DELETE"}),
        *protect("identity_known_device", grants={"auth": "DELETE"}),
    ]
