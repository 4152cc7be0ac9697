"""Django's settings, derived from ``project.config``."""

from __future__ import annotations

from typing import Any

from shimin.project import config

SHIMIN = config.load()

DEBUG = SHIMIN.debug
SECRET_KEY = SHIMIN.secret_key.hex()
ALLOWED_HOSTS = list(SHIMIN.hosts)
ROOT_URLCONF = "shimin.project.urls"
WSGI_APPLICATION = "shimin.project.wsgi.application"

INSTALLED_APPS = [
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "shimin.kernel",
    "shimin.ui",
    "shimin.capabilities.catalogue",
    "shimin.capabilities.notices",
    "shimin.capabilities.identity",
    "shimin.capabilities.enquiries",
    "shimin.portal",
]
INSTALLED_APPS = [app for app in INSTALLED_APPS if (config.ROOT / "src" / app.replace(".", "/") / "apps.py").exists() or app.startswith("django")]

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
STATICFILES_DIRS: list[Any] = []
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "shimin.ui.finders.FrontEndFinder",
]
