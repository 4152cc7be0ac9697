"""Handles say which index key they are under; a signed-in owner's handle may be moved."""

from django.db import migrations, models

from shimin.kernel.policies import protect


def key_id(model):
    return migrations.AddField(model, "key_id", models.SmallIntegerField(default=0, db_default=0))


class Migration(migrations.Migration):
    dependencies = [("identity", "0010_officers")]

    operations = [
        key_id("loginhandle"),
        key_id("personhandle"),
        key_id("organisation"),
        *protect("identity_login_handle", grants={"auth": "UPDATE (hash, key_id)"}),
    ]
