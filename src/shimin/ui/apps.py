"""The look as a Django app: base templates, components, styles, template tags. It knows no service."""

from __future__ import annotations

from django.apps import AppConfig
from django.forms import Field
from django.utils.translation import gettext_lazy as _


class UiConfig(AppConfig):
    """Templates, static files and tags shared by every page."""

    name = "shimin.ui"
    label = "ui"

    def ready(self) -> None:
        # Django's own words ("这个字段是必填项") are for programmers.
        Field.default_error_messages["required"] = _("请填写这一项。")
