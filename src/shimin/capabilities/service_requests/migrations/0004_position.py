"""The step that tells where a person in danger is, and the columns it writes."""

from django.db import migrations, models

from shimin.kernel.policies import protect


class Migration(migrations.Migration):
    dependencies = [
        ("service_requests", "0003_deriving"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="requeststep",
            name="service_requests_step_action",
        ),
        migrations.AddConstraint(
            model_name="requeststep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "action__in",
                        [
                            "file",
                            "classify",
                            "add_facts",
                            "position",
                            "dispatch",
                            "accept",
                            "return",
                            "arbitrate",
                            "interim_reply",
                            "ask_extension",
                            "approve_extension",
                            "refuse_extension",
                            "suspend",
                            "resume",
                            "reply",
                            "draft_reply",
                            "release",
                            "redraft",
                            "publish",
                            "decline",
                            "merge",
                            "split",
                            "hand_over",
                            "take_back",
                            "relay",
                            "withdraw",
                            "rate",
                            "close",
                            "reopen",
                        ],
                    )
                ),
                name="service_requests_step_action",
            ),
        ),
        *protect("service_requests_request", grants={"citizen": "UPDATE (lng, lat, accuracy_metres)"}, policies=None),
    ]
