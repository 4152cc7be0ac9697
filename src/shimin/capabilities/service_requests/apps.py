"""The service requests as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class ServiceRequestsConfig(AppConfig):
    """Registers what the portal and the desk show of requests."""

    name = "shimin.capabilities.service_requests"
    label = "service_requests"
    verbose_name = "诉求"
    default_auto_field = "django.db.models.BigAutoField"
