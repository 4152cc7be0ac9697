"""Plans and deductions: seen and steered by their owner; signed by the gateway's word only; forward only."""

import django.db.models.deletion
from django.db import migrations, models

import shimin.kernel.ids
from shimin.kernel.policies import grant_execute, protect

OWN = "account_id = (select shimin_account_id())"
UNSIGNED = f"{OWN} AND state = 'signing' AND agreement_no = '' AND month_used_fen = 0"

# The states' tables of domain/states.py. Only a gateway's word signs a plan: its function runs as the owner.
FORWARD_ONLY = """
CREATE FUNCTION autopay_plan_goes_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.state, NEW.state) NOT IN (
    ('signing', 'active'), ('signing', 'ended'), ('active', 'paused'), ('active', 'ended'), ('paused', 'active'),
    ('paused', 'ended')
  ) THEN
    RAISE EXCEPTION 'autopay_plan_forward: % does not become %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.state = 'signing' AND NEW.state = 'active' AND current_user::text LIKE ANY (ARRAY['%\\_citizen', '%\\_staff']) THEN
    RAISE EXCEPTION 'autopay_plan_forward: a plan is signed at the gateway' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER autopay_plan_forward BEFORE UPDATE OF state ON autopay_plan FOR EACH ROW
  WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION autopay_plan_goes_forward();
REVOKE ALL ON FUNCTION autopay_plan_goes_forward() FROM PUBLIC;
CREATE FUNCTION autopay_deduction_goes_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.state, NEW.state) NOT IN (
    ('announced', 'placed'), ('announced', 'skipped'), ('placed', 'taken'), ('placed', 'announced'),
    ('placed', 'skipped'), ('placed', 'failed'), ('taken', 'done'), ('taken', 'given_back')
  ) THEN
    RAISE EXCEPTION 'autopay_deduction_forward: % does not become %', OLD.state, NEW.state
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER autopay_deduction_forward BEFORE UPDATE OF state ON autopay_deduction FOR EACH ROW
  WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION autopay_deduction_goes_forward();
REVOKE ALL ON FUNCTION autopay_deduction_goes_forward() FROM PUBLIC;
"""

# A gateway's notify comes without a session. A plan that has ended stays ended: what is signed for it afterwards is
# ended at the gateway.
NOTE = """
CREATE FUNCTION autopay_note_agreement(
  p_plan bigint, p_gateway text, p_agreement_no text, p_state text, p_now timestamptz,
  OUT outcome text, OUT plan_version integer, OUT city_code text, OUT ended_by text
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE
  p autopay_plan;
BEGIN
  SELECT * INTO p FROM autopay_plan WHERE id = p_plan FOR UPDATE;
  outcome := 'unknown';
  ended_by := '';
  city_code := coalesce(p.city_code, '');
  plan_version := coalesce(p.version, 0);
  IF p.id IS NULL OR p.gateway <> p_gateway OR (p.agreement_no <> '' AND p.agreement_no <> p_agreement_no) THEN
    RETURN;
  END IF;
  IF p_state = 'active' AND p_agreement_no <> '' THEN
    IF p.state = 'signing' THEN
      UPDATE autopay_plan SET state = 'active', agreement_no = p_agreement_no, signed_at = p_now, look_at = p_now,
        look_tries = 0, version = version + 1 WHERE id = p_plan RETURNING version INTO plan_version;
      outcome := 'signed';
    ELSE
      UPDATE autopay_plan SET unsign_at = p_now, unsign_tries = 0
        WHERE id = p_plan AND state = 'ended' AND unsign_at IS NULL;
      outcome := 'repeated';
    END IF;
  ELSIF p_state = 'ended' AND p.state = 'ended' THEN
    UPDATE autopay_plan SET unsign_at = NULL WHERE id = p_plan;
    outcome := 'repeated';
  ELSIF p_state = 'ended' THEN
    UPDATE autopay_plan SET state = 'ended', ended_by = 'gateway', ended_at = p_now, look_at = NULL, unsign_at = NULL,
      version = version + 1 WHERE id = p_plan RETURNING version, ended_by INTO plan_version, ended_by;
    outcome := 'ended';
  END IF;
END $$;
"""
NOTE_SIGNATURE = "autopay_note_agreement(bigint, text, text, text, timestamptz)"


class Migration(migrations.Migration):
    initial = True

    dependencies = [("kernel", "0002_worker")]

    operations = [
        migrations.CreateModel(
            name="Plan",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("account_id", models.BigIntegerField()),
                ("city_code", models.CharField(max_length=6)),
                ("about", models.TextField()),
                ("bound_id", models.BigIntegerField(null=True)),
                ("card_issuer", models.TextField(default="")),
                ("card_sealed", models.BinaryField(null=True)),
                ("target_hash", models.BinaryField()),
                ("title", models.TextField()),
                ("threshold_fen", models.BigIntegerField(default=0)),
                ("amount_fen", models.BigIntegerField()),
                ("monthly_cap_fen", models.BigIntegerField()),
                ("month", models.CharField(default="", max_length=7)),
                ("month_used_fen", models.BigIntegerField(default=0)),
                ("gateway", models.TextField()),
                ("agreement_no", models.TextField(default="")),
                ("state", models.TextField(default="signing")),
                ("ended_by", models.TextField(default="")),
                ("version", models.IntegerField(default=1)),
                ("created_at", models.DateTimeField()),
                ("signed_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("look_at", models.DateTimeField(null=True)),
                ("look_tries", models.IntegerField(default=0)),
                ("unsign_at", models.DateTimeField(null=True)),
                ("unsign_tries", models.IntegerField(default=0)),
            ],
            options={
                "db_table": "autopay_plan",
                "indexes": [
                    models.Index(
                        condition=models.Q(("look_at__isnull", False)), fields=["look_at"], name="autopay_plan_look"
                    ),
                    models.Index(
                        condition=models.Q(("unsign_at__isnull", False)),
                        fields=["unsign_at"],
                        name="autopay_plan_unsign",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["signing", "active", "paused"])),
                        fields=("account_id", "target_hash"),
                        name="autopay_plan_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("about__in", ["bill", "card"])), name="autopay_plan_about"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["signing", "active", "paused", "ended"])),
                        name="autopay_plan_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_by__in", ["", "person", "gateway", "unsigned", "unbound", "closed"])
                        ),
                        name="autopay_plan_ended_by",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_fen__gt", 0), ("amount_fen__lte", models.F("monthly_cap_fen"))),
                        name="autopay_plan_sums",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("month_used_fen__gte", 0), ("month_used_fen__lte", models.F("monthly_cap_fen"))
                        ),
                        name="autopay_plan_cap",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["active", "paused"]), _negated=True),
                            models.Q(("agreement_no", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="autopay_plan_signed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Deduction",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("account_id", models.BigIntegerField()),
                ("city_code", models.CharField(max_length=6)),
                ("slot_hash", models.BinaryField()),
                ("ref_sealed", models.BinaryField()),
                ("title", models.TextField()),
                ("amount_fen", models.BigIntegerField()),
                ("month", models.CharField(max_length=7)),
                ("state", models.TextField()),
                ("reason", models.TextField(default="")),
                ("round", models.IntegerField(default=1)),
                ("failures", models.IntegerField(default=0)),
                ("order_id", models.BigIntegerField(null=True)),
                ("announced_at", models.DateTimeField()),
                ("take_after", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("next_try_at", models.DateTimeField(null=True)),
                ("tries", models.IntegerField(default=0)),
                ("version", models.IntegerField(default=1)),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="deductions", to="autopay.plan"
                    ),
                ),
            ],
            options={
                "db_table": "autopay_deduction",
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_try_at__isnull", False)),
                        fields=["next_try_at"],
                        name="autopay_deduction_due",
                    ),
                    models.Index(fields=["account_id", "plan", "-id"], name="autopay_deduction_mine"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["announced", "placed", "taken"])),
                        fields=("account_id", "plan", "slot_hash"),
                        name="autopay_deduction_open",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("reason__in", ["over_limit", "over_cap"]), ("state", "skipped")),
                        fields=("account_id", "plan", "slot_hash", "month", "reason"),
                        name="autopay_deduction_told",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["announced", "placed", "taken", "done", "given_back", "skipped", "failed"])
                        ),
                        name="autopay_deduction_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "reason__in",
                                [
                                    "",
                                    "person",
                                    "paused",
                                    "withdrawn",
                                    "paid_elsewhere",
                                    "amount_changed",
                                    "not_owed",
                                    "over_limit",
                                    "over_cap",
                                    "money_short",
                                    "refused",
                                ],
                            )
                        ),
                        name="autopay_deduction_reason",
                    ),
                    models.CheckConstraint(condition=models.Q(("amount_fen__gt", 0)), name="autopay_deduction_amount"),
                ],
            },
        ),
        migrations.RunSQL(FORWARD_ONLY, migrations.RunSQL.noop),
        migrations.RunSQL(NOTE, f"DROP FUNCTION {NOTE_SIGNATURE}"),
        grant_execute(NOTE_SIGNATURE, "citizen", "worker"),
        *protect(
            "autopay_plan",
            grants={
                "citizen": "SELECT, INSERT, UPDATE (state, ended_by, version, ended_at, look_at, unsign_at, month_used_fen)",
                "worker": "SELECT, UPDATE",
            },
            policies={"citizen": {"select": OWN, "insert": UNSIGNED, "update": OWN}},
        ),
        *protect(
            "autopay_deduction",
            grants={
                "citizen": "SELECT, UPDATE (state, reason, take_after, ended_at, next_try_at, version)",
                "worker": "SELECT, INSERT, UPDATE, DELETE",
            },
            policies={"citizen": {"select": OWN, "update": OWN}},
        ),
    ]
