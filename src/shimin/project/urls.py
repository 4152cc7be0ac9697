"""All addresses of the platform."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

# LEAD: until all parts have landed
_parts = [
    "shimin.portal.urls",
    "shimin.capabilities.catalogue.web.urls",
    "shimin.capabilities.identity.web.urls",
    "shimin.capabilities.notices.web.urls",
    "shimin.capabilities.enquiries.web.urls",
    "shimin.kernel.health",
]
urlpatterns: list[URLPattern | URLResolver] = [path("", include(part)) for part in _parts if find_spec(part)]
if find_spec("shimin.capabilities.catalogue.api.routes"):
    from shimin.project.api import api

    urlpatterns.append(path("api/v1/", api.urls))

handler400 = "shimin.kernel.web.bad_request"
handler403 = "shimin.kernel.web.forbidden"
handler404 = "shimin.kernel.web.not_found"
handler500 = "shimin.kernel.web.server_error"
