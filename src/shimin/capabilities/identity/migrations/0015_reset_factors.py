"""Two administrators together take away how an officer signs in, when it was lost."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("identity", "0014_told_of_ends")]

    operations = [
        migrations.RemoveConstraint("staffchange", "identity_staff_change_known_change"),
        migrations.AddConstraint(
            "staffchange",
            models.CheckConstraint(
                condition=models.Q(change__in=["grant", "stand_in", "break_glass", "reset_factors"]),
                name="identity_staff_change_known_change",
            ),
        ),
        migrations.RemoveConstraint("staffchange", "identity_staff_change_not_for_oneself"),
        migrations.AddConstraint(
            "staffchange",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(("change__in", ["grant", "reset_factors"]), _negated=True),
                    models.Q(("asked_by_id", models.F("account_id")), _negated=True),
                    _connector="OR",
                ),
                name="identity_staff_change_not_for_oneself",
            ),
        ),
    ]
