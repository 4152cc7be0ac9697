"""What the event of a capture tells beside the order: what for, and for which agencies. Neither ever changes."""

from django.db import migrations

from shimin.kernel.policies import grant_execute

TOLD = """
CREATE FUNCTION payments_told_of(p_order bigint) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT jsonb_build_object('purpose', o.purpose, 'agency_ids', (
    SELECT coalesce(jsonb_agg(DISTINCT l.agency_id) FILTER (WHERE l.agency_id IS NOT NULL), '[]')
    FROM payments_order_line l WHERE l.order_id = o.id
  )) FROM payments_order o WHERE o.id = p_order
$$;
"""
TOLD_SIGNATURE = "payments_told_of(bigint)"


class Migration(migrations.Migration):
    dependencies = [("payments", "0003_receipts")]

    operations = [
        migrations.RunSQL(TOLD, f"DROP FUNCTION {TOLD_SIGNATURE}"),
        grant_execute(TOLD_SIGNATURE, "citizen", "staff", "worker"),
    ]
