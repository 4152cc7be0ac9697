"""Letters may also say that the weekly report is there."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("indicators", "0007_watching")]

    operations = [
        migrations.RemoveConstraint(model_name="subscription", name="indicators_subscription_topic"),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(("topic__in", ["alerts", "weekly", "report"])), name="indicators_subscription_topic"
            ),
        ),
    ]
