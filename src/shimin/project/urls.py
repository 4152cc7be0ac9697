"""All addresses of the platform."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from shimin.project.api import api

API_PREFIX = "api/v1/"

urlpatterns: list[URLPattern | URLResolver] = [
    # First: a call would otherwise be held against every page's pattern.
    path(API_PREFIX, include("shimin.capabilities.catalogue.api.urls")),
    path(API_PREFIX, api.urls),
    path("", include("shimin.portal.urls")),
    path("", include("shimin.capabilities.catalogue.web.urls")),
    path("", include("shimin.capabilities.identity.web.urls")),
    path("", include("shimin.capabilities.notices.web.urls")),
    path("", include("shimin.capabilities.enquiries.web.urls")),
    path("", include("shimin.capabilities.sign_on.web.urls")),
    path("", include("shimin.capabilities.payments.web.urls")),
    path("", include("shimin.capabilities.payments.billing.web.urls")),
    path("", include("shimin.capabilities.payments.autopay.web.urls")),
    path("", include("shimin.capabilities.payments.invitations.web.urls")),
    path("", include("shimin.capabilities.payments.reconciliation.web.urls")),
    path("", include("shimin.capabilities.payments.dues.web.urls")),
    path("", include("shimin.capabilities.payments.vouchers.web.urls")),
    path("", include("shimin.capabilities.service_requests.supervision.web.urls")),
    path("", include("shimin.capabilities.service_requests.open311.web.urls")),
    path("", include("shimin.capabilities.service_requests.consumer.web.urls")),
    path("", include("shimin.capabilities.service_requests.abroad.web.urls")),
    path("", include("shimin.capabilities.service_requests.joint_handling.web.urls")),
    path("", include("shimin.capabilities.service_requests.web.urls")),
    path("", include("shimin.capabilities.indicators.web.urls")),
    path("", include("shimin.kernel.web.health")),
]

handler400 = "shimin.kernel.web.middleware.bad_request"
handler403 = "shimin.kernel.web.middleware.forbidden"
handler404 = "shimin.kernel.web.middleware.not_found"
handler500 = "shimin.kernel.web.middleware.server_error"
