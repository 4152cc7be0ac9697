"""Lines are written a million at once: their statement is looked for once for all of them, not for each line."""

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

HAVE_STATEMENT = """
CREATE FUNCTION reconciliation_lines_have_statement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM (SELECT DISTINCT statement_id, city_code FROM incoming) i
    WHERE NOT EXISTS (SELECT 1 FROM reconciliation_statement s WHERE s.id = i.statement_id AND s.city_code = i.city_code)
  ) THEN
    RAISE EXCEPTION 'reconciliation_line_statement: a line names no statement of its city'
      USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION reconciliation_lines_have_statement() FROM PUBLIC;
CREATE TRIGGER reconciliation_line_statement AFTER INSERT ON reconciliation_statement_line
  REFERENCING NEW TABLE AS incoming FOR EACH STATEMENT EXECUTE FUNCTION reconciliation_lines_have_statement();
"""
UNDO = """
DROP TRIGGER reconciliation_line_statement ON reconciliation_statement_line;
DROP FUNCTION reconciliation_lines_have_statement();
"""


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0001_initial")]

    operations = [
        migrations.RunSQL(HAVE_STATEMENT, UNDO),
        migrations.AlterField(
            model_name="statementline",
            name="statement",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="reconciliation.statement",
            ),
        ),
        migrations.RemoveIndex(model_name="statementline", name="reconciliation_line_statement"),
        migrations.AddIndex(
            model_name="statementline",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["statement"], name="reconciliation_line_statement"),
        ),
    ]
