"""The look as a Django app: base templates, components, styles, template tags. It knows no service."""

from __future__ import annotations

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Templates, static files and tags shared by every page."""

    name = "shimin.ui"
    label = "ui"
