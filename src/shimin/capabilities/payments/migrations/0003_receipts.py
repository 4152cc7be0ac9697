"""What anybody may learn of a paid order whose number they know: sums and payees, never who paid."""

from django.db import migrations

from shimin.kernel.policies import grant_execute

RECEIPT = """
CREATE FUNCTION payments_receipt(p_city text, p_number text) RETURNS TABLE (
  order_id bigint, total_fen bigint, refunded_fen bigint, captured_at timestamptz, title text, payees text[]
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT o.id, o.total_fen, o.refunded_fen, o.captured_at, o.title,
    ARRAY(SELECT DISTINCT l.payee_name FROM payments_order_line l
      WHERE l.city_code = o.city_code AND l.order_id = o.id ORDER BY 1)
  FROM payments_order o
  WHERE o.city_code = p_city AND o.number = p_number AND o.captured_at IS NOT NULL
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0002_order_functions")]

    operations = [
        migrations.RunSQL(RECEIPT, "DROP FUNCTION payments_receipt(text, text)"),
        grant_execute("payments_receipt(text, text)", "citizen", "staff", "worker"),
    ]
