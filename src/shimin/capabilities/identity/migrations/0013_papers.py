"""Papers other than the identity card: kind and birth date of a person, further papers, and who is like whom."""

import django.db.models.deletion
from django.db import migrations, models

from shimin.kernel.policies import protect

_KINDS = ["id_card", "residence_card", "passport", "hkm_permit", "taiwan_permit"]

# Cards of foreigners that windows have seen so far: their numbers are sealed, so the acts say whose they are.
_KNOWN_CARDS = """
UPDATE identity_person p SET document = 'residence_card'
FROM identity_account a JOIN identity_counter_act c ON c.account_id = a.id
WHERE a.person_id = p.id AND c.state = 'done' AND c.document = 'residence_card'
"""


class Migration(migrations.Migration):
    dependencies = [("identity", "0012_kept_forms")]

    operations = [
        migrations.AddField("person", "birth_date", models.BinaryField(null=True)),
        migrations.AddField("person", "document", models.TextField(default="id_card", db_default="id_card")),
        migrations.AddConstraint(
            "person",
            models.CheckConstraint(condition=models.Q(document__in=_KINDS), name="identity_person_known_document"),
        ),
        migrations.AddField("personhandle", "paper", models.BinaryField(null=True)),
        migrations.AddField("personhandle", "act_id", models.BigIntegerField(null=True)),
        migrations.CreateModel(
            name="PersonLikeness",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="identity.person",
                    ),
                ),
                ("hash", models.BinaryField()),
                ("key_id", models.SmallIntegerField(db_default=0, default=0)),
            ],
            options={
                "db_table": "identity_person_likeness",
                "indexes": [models.Index(fields=["hash"], name="identity_person_likeness_hash")],
            },
        ),
        migrations.RunSQL(_KNOWN_CARDS, migrations.RunSQL.noop),
        *protect("identity_person_handle", grants={"auth": "UPDATE (account_id, paper)"}),
        *protect(
            "identity_person_likeness",
            grants={"auth": "SELECT, INSERT, UPDATE, DELETE"},
            policies={"auth": {"all": "true"}},
        ),
    ]
