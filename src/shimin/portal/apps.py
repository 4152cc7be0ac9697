"""Pages that compose several capabilities: the city's home, search, 我的, the desk's frame."""

from __future__ import annotations

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Tells the frame of all pages how cities are called."""

    name = "shimin.portal"
    label = "portal"

    def ready(self) -> None:
        from shimin.portal.cities import name_of_city
        from shimin.ui.frame import set_city_names

        set_city_names(name_of_city)
