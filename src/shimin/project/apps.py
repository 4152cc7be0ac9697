"""The project as an app: it holds commands for the whole platform and joins ports with adapters."""

from __future__ import annotations

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    """Comes last in INSTALLED_APPS: every port exists when adapters are plugged in."""

    name = "shimin.project"
    label = "project"

    def ready(self) -> None:
        from shimin.project.wiring import plug_in

        plug_in()
