"""Blocks of numbers and vouchers: the worker alone writes them; code, number and check code open one to anybody."""

import django.db.models.deletion
from django.db import migrations, models

import shimin.kernel.ids
from shimin.kernel.policies import grant_execute, protect

IN_REGION = "((select shimin_region_codes()) IS NULL OR city_code::text = ANY ((select shimin_region_codes())::text[]))"
IN_AGENCY = "((select shimin_agency_ids()) IS NULL OR agency_id = ANY ((select shimin_agency_ids())::bigint[]))"
FINANCE = f"(select shimin_has_role('payments.finance')) AND {IN_REGION} AND {IN_AGENCY}"
# The order's own policy decides which orders a citizen sees.
OWN = "EXISTS (SELECT 1 FROM payments_order o WHERE o.id = vouchers_voucher.order_id)"

BY_LINK = """
CREATE FUNCTION vouchers_by_link(p_order bigint, p_link bytea) RETURNS SETOF vouchers_voucher
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT v.* FROM vouchers_voucher v JOIN payments_order o ON o.id = v.order_id
  WHERE o.id = p_order AND o.link_hash = p_link AND o.payer_account_id IS NULL
$$;
"""
# The voucher, with the one it takes back or that takes it back. The caller has proved the check code.
BY_NUMBER = """
CREATE FUNCTION vouchers_by_number(p_city text, p_code text, p_number bigint) RETURNS SETOF vouchers_voucher
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  WITH asked AS (
    SELECT * FROM vouchers_voucher WHERE city_code = p_city AND code = p_code AND number = p_number
  )
  SELECT * FROM asked
  UNION ALL
  SELECT v.* FROM vouchers_voucher v JOIN asked a ON v.id = a.reverses_id
  UNION ALL
  SELECT v.* FROM vouchers_voucher v JOIN asked a ON v.city_code = a.city_code AND v.reverses_id = a.id
$$;
"""
STAYS = """
CREATE FUNCTION vouchers_voucher_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.reversed_at IS NULL AND (to_jsonb(NEW) - 'reversed_at') = (to_jsonb(OLD) - 'reversed_at') THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'vouchers_voucher_stays: a voucher is taken back by a red one, never changed'
    USING ERRCODE = 'check_violation';
END $$;
REVOKE ALL ON FUNCTION vouchers_voucher_stays() FROM PUBLIC;
CREATE TRIGGER vouchers_voucher_stays BEFORE UPDATE OR DELETE ON vouchers_voucher
  FOR EACH ROW EXECUTE FUNCTION vouchers_voucher_stays();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [("kernel", "0002_worker"), ("payments", "0003_receipts")]

    operations = [
        migrations.CreateModel(
            name="VoucherBatch",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("city_code", models.CharField(max_length=6)),
                ("agency_id", models.BigIntegerField()),
                ("code", models.CharField(max_length=8)),
                ("first_number", models.BigIntegerField()),
                ("used", models.IntegerField(default=0)),
                ("opened_at", models.DateTimeField()),
            ],
            options={
                "db_table": "vouchers_batch",
                "constraints": [
                    models.UniqueConstraint(fields=("city_code", "code", "first_number"), name="vouchers_batch_block"),
                    models.UniqueConstraint(
                        condition=models.Q(("used__lt", 100000)),
                        fields=("city_code", "agency_id", "code"),
                        name="vouchers_batch_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("used__gte", 0), ("used__lte", 100000)), name="vouchers_batch_used"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Voucher",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("city_code", models.CharField(max_length=6)),
                ("code", models.CharField(max_length=8)),
                ("number", models.BigIntegerField()),
                ("kind_title", models.TextField()),
                ("agency_id", models.BigIntegerField()),
                ("agency_name", models.TextField()),
                ("agency_uscc", models.CharField(max_length=18)),
                ("item_code", models.TextField()),
                ("item_title", models.TextField()),
                ("title", models.TextField()),
                ("payment_code", models.TextField(default="")),
                ("payer_masked", models.TextField(default="")),
                ("amount_fen", models.BigIntegerField()),
                ("order_id", models.BigIntegerField()),
                ("order_number", models.CharField(max_length=19)),
                ("line_id", models.BigIntegerField()),
                ("paid_at", models.DateTimeField()),
                ("issued_at", models.DateTimeField()),
                ("reversed_at", models.DateTimeField(null=True)),
                (
                    "reverses",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vouchers.voucher",
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vouchers.voucherbatch",
                    ),
                ),
            ],
            options={
                "db_table": "vouchers_voucher",
                "indexes": [
                    models.Index(fields=["order_id"], name="vouchers_voucher_order"),
                    models.Index(fields=["agency_id", "-id"], name="vouchers_voucher_agency"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("city_code", "code", "number"), name="vouchers_voucher_number"),
                    models.UniqueConstraint(
                        condition=models.Q(("reversed_at__isnull", True), ("reverses__isnull", True)),
                        fields=("city_code", "line_id"),
                        name="vouchers_voucher_one_valid",
                    ),
                    models.UniqueConstraint(fields=("city_code", "reverses"), name="vouchers_voucher_reversed_once"),
                    models.CheckConstraint(condition=models.Q(("amount_fen__gt", 0)), name="vouchers_voucher_amount"),
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1), ("number__lte", 9999999999)),
                        name="vouchers_voucher_number_form",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reverses__isnull", True),
                            models.Q(
                                ("reversed_at__isnull", True), models.Q(("reverses", models.F("id")), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="vouchers_voucher_red",
                    ),
                ],
            },
        ),
        migrations.RunSQL(STAYS, migrations.RunSQL.noop),
        migrations.RunSQL(BY_LINK, "DROP FUNCTION vouchers_by_link(bigint, bytea)"),
        grant_execute("vouchers_by_link(bigint, bytea)", "citizen", "staff", "worker"),
        migrations.RunSQL(BY_NUMBER, "DROP FUNCTION vouchers_by_number(text, text, bigint)"),
        grant_execute("vouchers_by_number(text, text, bigint)", "citizen", "staff", "worker"),
        *protect(
            "vouchers_batch",
            grants={"staff": "SELECT", "worker": "SELECT, INSERT, UPDATE (used)"},
            policies={"staff": {"select": FINANCE}},
        ),
        *protect(
            "vouchers_voucher",
            grants={
                "citizen": "SELECT",
                "staff": "SELECT",
                "worker": "SELECT, INSERT, UPDATE (reversed_at)",
            },
            policies={"citizen": {"select": OWN}, "staff": {"select": FINANCE}},
        ),
    ]
