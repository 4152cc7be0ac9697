"""Addresses of Open311: ``/open311/discovery.json``, ``/open311/v2/services.xml`` …"""

from __future__ import annotations

from django.urls import re_path

from shimin.capabilities.service_requests.open311.web import views
from shimin.capabilities.service_requests.open311.web.views import resource

app_name = "open311"
_FORMAT = r"\.(?P<format>json|xml)$"

urlpatterns = [
    re_path(rf"^open311/discovery{_FORMAT}", resource(get=views.discovery), name="discovery"),
    re_path(rf"^open311/v2/services{_FORMAT}", resource(get=views.services), name="services"),
    re_path(
        rf"^open311/v2/services/(?P<code>[A-Za-z0-9_-]{{1,60}}){_FORMAT}", resource(get=views.definition),
        name="service",
    ),
    re_path(
        rf"^open311/v2/requests{_FORMAT}", resource(get=views.requests, post=views.file), name="requests"
    ),
    re_path(
        rf"^open311/v2/requests/(?P<number>[0-9A-Za-z-]{{1,60}}){_FORMAT}", resource(get=views.one_request),
        name="request",
    ),
    re_path(
        rf"^open311/v2/tokens/(?P<token>[0-9A-Za-z-]{{1,60}}){_FORMAT}", resource(get=views.token),
        name="token",
    ),
    re_path(
        rf"^open311/v2/servicerequestupdates{_FORMAT}", resource(get=views.updates, post=views.update),
        name="updates",
    ),
]  # fmt: skip
