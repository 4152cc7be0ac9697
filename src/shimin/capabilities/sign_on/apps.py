"""The sign-on capability as a Django app."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class SignOnConfig(AppConfig):
    """Registers what the worker, the desk and identity take from sign-on."""

    name = "shimin.capabilities.sign_on"
    label = "sign_on"
    verbose_name = "统一登录"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("shimin.capabilities.sign_on.own_part")
        import_module("shimin.capabilities.sign_on.subscriptions")
        import_module("shimin.capabilities.sign_on.tasks")
        import_module("shimin.capabilities.sign_on.web.desk_queues")
        import_module("shimin.capabilities.sign_on.web.hand_over_log")
