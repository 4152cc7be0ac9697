"""Joint handling as a Django app of its own, so that its tables have migrations of their own."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class JointHandlingConfig(AppConfig):
    """Registers what follows from the requests' events, the check before an answer, queues and parts of pages."""

    name = "shimin.capabilities.service_requests.joint_handling"
    label = "joint_handling"
    verbose_name = "协办"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        for module in ("own_part", "subscriptions", "tasks", "web.desk_queues", "web.page_parts", "web.report_part"):
            import_module(f"shimin.capabilities.service_requests.joint_handling.{module}")
        checks = import_module("shimin.capabilities.service_requests.operations.answer_checks")
        parts = import_module("shimin.capabilities.service_requests.joint_handling.operations.checking")
        checks.register_answer_check(parts.require_parts)
