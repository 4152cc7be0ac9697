"""Invitations: their inviter's; opened by whoever has the link's secret, through functions of the owner."""

import django.db.models.deletion
from django.db import migrations, models

import shimin.kernel.ids
from shimin.kernel.policies import grant_execute, protect

OWN = "account_id = (select shimin_account_id())"

BY_LINK = """
CREATE FUNCTION invitations_by_link(p_invitation bigint, p_link bytea) RETURNS SETOF invitations_invitation
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT * FROM invitations_invitation WHERE id = p_invitation AND link_hash = p_link
$$;
"""
# Whoever pays may not see the inviter's rows, but notes that an order came of the invitation.
NOTE_ORDER = """
CREATE FUNCTION invitations_note_order(p_invitation bigint, p_id bigint, p_order bigint, p_now timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  INSERT INTO invitations_invited_order (id, account_id, invitation_id, order_id, placed_at)
  SELECT p_id, i.account_id, i.id, o.id, p_now
  FROM invitations_invitation i JOIN payments_order o ON o.id = p_order AND o.city_code = i.city_code
  WHERE i.id = p_invitation
  ON CONFLICT DO NOTHING
$$;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [("kernel", "0002_worker"), ("payments", "0002_order_functions")]

    operations = [
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("account_id", models.BigIntegerField()),
                ("city_code", models.CharField(max_length=6)),
                ("link_hash", models.BinaryField()),
                ("lines_sealed", models.BinaryField()),
                ("title", models.TextField()),
                ("payee_name", models.TextField()),
                ("total_fen", models.BigIntegerField()),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("paid_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "invitations_invitation",
                "indexes": [models.Index(fields=["account_id", "-id"], name="invitations_invitation_mine")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("total_fen__gt", 0)), name="invitations_invitation_total"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("created_at"))),
                        name="invitations_invitation_expires",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InvitedOrder",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("account_id", models.BigIntegerField()),
                ("order_id", models.BigIntegerField()),
                ("placed_at", models.DateTimeField()),
                (
                    "invitation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="orders",
                        to="invitations.invitation",
                    ),
                ),
            ],
            options={
                "db_table": "invitations_invited_order",
                "indexes": [models.Index(fields=["order_id"], name="invitations_invited_order_of")],
                "constraints": [
                    models.UniqueConstraint(fields=("account_id", "order_id"), name="invitations_invited_order_once")
                ],
            },
        ),
        migrations.RunSQL(BY_LINK, "DROP FUNCTION invitations_by_link(bigint, bytea)"),
        grant_execute("invitations_by_link(bigint, bytea)", "citizen"),
        migrations.RunSQL(NOTE_ORDER, "DROP FUNCTION invitations_note_order(bigint, bigint, bigint, timestamptz)"),
        grant_execute("invitations_note_order(bigint, bigint, bigint, timestamptz)", "citizen"),
        *protect(
            "invitations_invitation",
            grants={"citizen": "SELECT, INSERT, UPDATE (withdrawn_at)", "worker": "SELECT, UPDATE, DELETE"},
            policies={"citizen": {"select": OWN, "insert": OWN, "update": OWN}},
        ),
        *protect("invitations_invited_order", grants={"worker": "SELECT, UPDATE, DELETE"}, policies={}),
    ]
