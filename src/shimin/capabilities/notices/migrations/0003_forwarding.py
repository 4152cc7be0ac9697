"""How people are told by text that messages are in their inbox."""

from django.db import migrations, models

from shimin.kernel.policies import protect

OWN = "account_id = (select shimin_account_id())"
# In the database, so that no writer of a notice can forget it and none pays a further round trip. Daily: the next nine in
# the morning in China after the message.
DUE = """
CREATE FUNCTION notices_forwarding_due() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  UPDATE notices_forwarding SET due_at = CASE way
      WHEN 'at_once' THEN NEW.created_at
      ELSE (date_trunc('day', (NEW.created_at AT TIME ZONE 'Asia/Shanghai') - interval '9 hours')
            + interval '1 day 9 hours') AT TIME ZONE 'Asia/Shanghai' END
    WHERE account_id = NEW.account_id AND due_at IS NULL;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION notices_forwarding_due() FROM PUBLIC;
CREATE TRIGGER notices_notice_forwarded AFTER INSERT ON notices_notice
  FOR EACH ROW EXECUTE FUNCTION notices_forwarding_due();
"""
UNDUE = "DROP TRIGGER notices_notice_forwarded ON notices_notice; DROP FUNCTION notices_forwarding_due()"


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0002_letters"),
    ]

    operations = [
        migrations.AddField(model_name="notice", name="forwarded_at", field=models.DateTimeField(null=True)),
        migrations.CreateModel(
            name="Forwarding",
            fields=[
                ("account_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("way", models.TextField()),
                ("since_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(null=True)),
                ("texts_on", models.DateField(null=True)),
                ("texts", models.SmallIntegerField(default=0)),
            ],
            options={
                "db_table": "notices_forwarding",
                "indexes": [
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="notices_forwarding_due"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("way__in", ["at_once", "daily"])), name="notices_forwarding_known_way"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("texts__gte", 0), ("texts__lte", 5)), name="notices_forwarding_most_texts"
                    ),
                ],
            },
        ),
        *protect(
            "notices_forwarding",
            grants={
                "citizen": "SELECT, INSERT (account_id, way, since_at, texts), UPDATE (way, since_at, due_at), DELETE",
                "worker": "SELECT, UPDATE, DELETE",
            },
            policies={"citizen": {"all": OWN}},
        ),
        migrations.RunSQL(DUE, UNDUE),
    ]
