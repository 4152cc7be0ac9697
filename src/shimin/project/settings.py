"""Django's settings, derived from ``project.config``."""

from __future__ import annotations

from typing import Any

from shimin.project import config

SHIMIN = config.load()
IS_SERVING = SHIMIN.process == "web"

DEBUG = SHIMIN.debug
SECRET_KEY = SHIMIN.secret_key.hex()
ALLOWED_HOSTS = list(SHIMIN.hosts)
ROOT_URLCONF = "shimin.project.urls"
WSGI_APPLICATION = "shimin.project.wsgi.application"
AUTH_USER_MODEL = "identity.Account"

INSTALLED_APPS = [
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "shimin.kernel",
    "shimin.ui",
    "shimin.capabilities.catalogue",
    "shimin.capabilities.notices",
    "shimin.capabilities.identity",
    "shimin.capabilities.enquiries",
    "shimin.capabilities.sign_on",
    "shimin.capabilities.payments",
    "shimin.capabilities.payments.billing",
    "shimin.capabilities.payments.autopay",
    "shimin.capabilities.payments.invitations",
    "shimin.capabilities.payments.reconciliation",
    "shimin.capabilities.payments.dues",
    "shimin.capabilities.payments.vouchers",
    "shimin.capabilities.service_requests",
    "shimin.capabilities.service_requests.supervision",
    "shimin.capabilities.service_requests.open311",
    "shimin.capabilities.service_requests.consumer",
    "shimin.capabilities.service_requests.abroad",
    "shimin.capabilities.service_requests.joint_handling",
    "shimin.capabilities.indicators",
    "shimin.portal",
    "shimin.project",
]

MIDDLEWARE = [
    "shimin.kernel.web.middleware.SafetyHeaders",
    "shimin.kernel.web.middleware.RequestLog",
    "shimin.kernel.web.body_limit.BodyLimit",
    "django.middleware.csrf.CsrfViewMiddleware",
    "shimin.kernel.web.middleware.Errors",
    "shimin.capabilities.identity.web.wrapper.RequestWrapper",
]

DATABASES: dict[str, Any] = {"default": config.database_settings(SHIMIN)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request", "shimin.ui.frame.frame"]},
    }
]

STATIC_URL = "/static/"
STATIC_ROOT = SHIMIN.data_dir / "static"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "shimin.ui.finders.FrontEndFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        # Names with a content hash may be cached for ever; commands and tests work without `collectstatic`.
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if IS_SERVING or SHIMIN.collects_static
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

LOGIN_URL = "/account/sign-in"
STEP_UP_URL = "/account/real-name"
PROOF_URL = "/account/device"
HAT_URL = "/account/own-hat"

# Proxies are named by the operator; without one, X-Forwarded-* headers are what anybody wrote.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SHIMIN.secure_cookies else None
CSRF_COOKIE_SECURE = SHIMIN.secure_cookies
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-shimin_csrf" if SHIMIN.secure_cookies else "shimin_csrf"
CSRF_FAILURE_VIEW = "shimin.kernel.web.middleware.csrf_failure"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200

LOGGING_CONFIG = None  # structlog is set up by kernel.monitoring.logging
