"""The dispatcher who insists on a co-handler gives it a working day."""

from django.db import migrations

from shimin.kernel.policies import protect


class Migration(migrations.Migration):
    dependencies = [("joint_handling", "0001_initial")]

    operations = [*protect("joint_handling_part", grants={"staff": "UPDATE (due_at)"})]
