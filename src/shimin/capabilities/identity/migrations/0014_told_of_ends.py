"""People are told before a proof ends, once for each proof."""

from django.db import migrations, models

from shimin.kernel.policies import protect


class Migration(migrations.Migration):
    dependencies = [("identity", "0013_papers")]

    operations = [
        migrations.AddField("levelproof", "told_at", models.DateTimeField(null=True)),
        *protect("identity_level_proof", grants={"worker": "UPDATE (told_at)"}),
    ]
