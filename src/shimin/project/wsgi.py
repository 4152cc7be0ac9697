"""The WSGI application that granian serves: static files first, then the hottest reads, then Django."""

from __future__ import annotations

import gc
import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from whitenoise import WhiteNoise

from shimin.project.proxies import TrustedProxies, WsgiApp

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shimin.project.settings")
django = get_wsgi_application()

# Only now: they need Django's applications.
from shimin.capabilities.catalogue.api.urls import hot_reads  # noqa: E402
from shimin.capabilities.identity.web.cookies import may_be_signed_in  # noqa: E402
from shimin.kernel.web.hot_reads import HotReads  # noqa: E402
from shimin.portal import urls as portal  # noqa: E402
from shimin.project.urls import API_PREFIX  # noqa: E402

# Outside Django, so that a static file costs no middleware and a page only one look into a dictionary.
application: WsgiApp = WhiteNoise(
    HotReads(django, [*portal.hot_reads, *hot_reads(API_PREFIX)], may_be_signed_in=may_be_signed_in),
    root=str(settings.STATIC_ROOT) if settings.STATIC_ROOT.exists() else None,
    prefix=settings.STATIC_URL,
    max_age=3600,
    # A hash in the name (name.0123456789ab.ext): such a file never changes.
    immutable_file_test=r"^.+\.[0-9a-f]{12}\..+$",
)
if settings.SHIMIN.trusted_proxies:
    application = TrustedProxies(application, settings.SHIMIN.trusted_proxies)

# What was loaded stays for the life of the process: collections need not look at it again, nor come as often.
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 20, 20)
