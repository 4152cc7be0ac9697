"""Payment notices and closed drawers; a code opens its notice to whoever has it, through a function of the owner."""

from django.db import migrations, models

import shimin.kernel.ids
from shimin.kernel.policies import grant_execute, protect

IN_REGION = "((select shimin_region_codes()) IS NULL OR city_code::text = ANY ((select shimin_region_codes())::text[]))"
IN_AGENCY = "((select shimin_agency_ids()) IS NULL OR agency_id = ANY ((select shimin_agency_ids())::bigint[]))"
ISSUER = f"(select shimin_has_role('payments.issuer')) AND {IN_REGION} AND {IN_AGENCY}"
FINANCE = f"(select shimin_has_role('payments.finance')) AND {IN_REGION}"
OWN_DRAWER = (
    f"(select shimin_has_role('payments.teller')) AND {IN_REGION} AND drawer = 'cash:t' || (select shimin_account_id())"
)

BY_CODE = """
CREATE FUNCTION dues_notice_by_code(p_city text, p_code text) RETURNS TABLE (
  id bigint, city_code text, code text, agency_id bigint, agency_name text, item_code text, item_title text, title text,
  payer_masked text, amount_fen bigint, due_at timestamptz, issued_at timestamptz, cancelled_at timestamptz,
  paid_at timestamptz
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT n.id, n.city_code, n.code, n.agency_id, n.agency_name, n.item_code, n.item_title, n.title, n.payer_masked,
    n.amount_fen, n.due_at, n.issued_at, n.cancelled_at, n.paid_at
  FROM dues_payment_notice n WHERE n.city_code = p_city AND n.code = p_code
$$;
"""

# A teller may not read the ledger; of the own drawer she is told what the ledger says.
EXPECTED = """
CREATE FUNCTION dues_drawer_expected(p_city text, p_drawer text, p_day date, OUT payments bigint, OUT fen bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF p_drawer <> 'cash:t' || coalesce(shimin_account_id(), 0) OR NOT shimin_has_role('payments.teller') THEN
    RAISE EXCEPTION 'dues_drawer_expected: a drawer is its teller''s' USING ERRCODE = 'insufficient_privilege';
  END IF;
  SELECT count(*) FILTER (WHERE e.amount_fen > 0), coalesce(sum(e.amount_fen), 0) INTO payments, fen
  FROM payments_ledger_entry e
  WHERE e.city_code = p_city AND e.business_date = p_day AND e.account = p_drawer;
END $$;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [("kernel", "0002_worker"), ("payments", "0003_receipts")]

    operations = [
        migrations.CreateModel(
            name="DrawerClose",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("city_code", models.CharField(max_length=6)),
                ("drawer", models.TextField()),
                ("day", models.DateField()),
                ("expected_fen", models.BigIntegerField()),
                ("counted_fen", models.BigIntegerField()),
                ("words", models.TextField(default="")),
                ("closed_by_id", models.BigIntegerField()),
                ("closed_at", models.DateTimeField()),
            ],
            options={
                "db_table": "dues_drawer_close",
                "constraints": [
                    models.UniqueConstraint(fields=("city_code", "drawer", "day"), name="dues_drawer_close_once"),
                    models.CheckConstraint(
                        condition=models.Q(("counted_fen__gte", 0)), name="dues_drawer_close_counted"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("counted_fen", models.F("expected_fen")),
                            models.Q(("words", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="dues_drawer_close_explained",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PaymentNotice",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("city_code", models.CharField(max_length=6)),
                ("code", models.CharField(max_length=20)),
                ("agency_id", models.BigIntegerField()),
                ("agency_name", models.TextField()),
                ("item_code", models.TextField()),
                ("item_title", models.TextField()),
                ("title", models.TextField()),
                ("payer_masked", models.TextField()),
                ("amount_fen", models.BigIntegerField()),
                ("due_at", models.DateTimeField()),
                ("issued_by_id", models.BigIntegerField()),
                ("issued_at", models.DateTimeField()),
                ("cancelled_by_id", models.BigIntegerField(null=True)),
                ("cancelled_at", models.DateTimeField(null=True)),
                ("cancel_words", models.TextField(default="")),
                ("paid_at", models.DateTimeField(null=True)),
                ("paid_line_id", models.BigIntegerField(null=True)),
            ],
            options={
                "db_table": "dues_payment_notice",
                "indexes": [models.Index(fields=["agency_id", "-id"], name="dues_payment_notice_agency")],
                "constraints": [
                    models.UniqueConstraint(fields=("city_code", "code"), name="dues_payment_notice_code"),
                    models.CheckConstraint(
                        condition=models.Q(("amount_fen__gt", 0)), name="dues_payment_notice_amount"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("due_at__gt", models.F("issued_at"))), name="dues_payment_notice_due"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cancelled_at__isnull", True),
                            models.Q(("paid_at__isnull", True), models.Q(("cancel_words", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="dues_payment_notice_cancelled",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("paid_at__isnull", True), ("paid_line_id__isnull", True)),
                            models.Q(("paid_at__isnull", False), ("paid_line_id__isnull", False)),
                            _connector="OR",
                        ),
                        name="dues_payment_notice_paid",
                    ),
                ],
            },
        ),
        migrations.RunSQL(BY_CODE, "DROP FUNCTION dues_notice_by_code(text, text)"),
        grant_execute("dues_notice_by_code(text, text)", "citizen", "staff", "worker"),
        migrations.RunSQL(EXPECTED, "DROP FUNCTION dues_drawer_expected(text, text, date)"),
        grant_execute("dues_drawer_expected(text, text, date)", "staff"),
        *protect(
            "dues_payment_notice",
            grants={
                "staff": "SELECT, INSERT, UPDATE (cancelled_at, cancelled_by_id, cancel_words)",
                "worker": "SELECT, UPDATE (paid_at, paid_line_id)",
            },
            policies={
                "staff": {
                    "select": f"({ISSUER}) OR ({FINANCE} AND {IN_AGENCY})",
                    "insert": f"{ISSUER} AND issued_by_id = (select shimin_account_id())",
                    "update": ISSUER,
                }
            },
        ),
        *protect(
            "dues_drawer_close",
            grants={"staff": "SELECT, INSERT", "worker": "SELECT"},
            policies={
                "staff": {
                    "select": f"({OWN_DRAWER}) OR ({FINANCE})",
                    "insert": f"{OWN_DRAWER} AND closed_by_id = (select shimin_account_id())",
                }
            },
        ),
    ]
