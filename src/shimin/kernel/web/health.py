"""What operators and load balancers ask: alive, ready, figures."""

from __future__ import annotations

import hmac
from ipaddress import ip_address

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, HttpResponse
from django.urls import path

from shimin.kernel.errors import NotFound
from shimin.kernel.monitoring import metrics
from shimin.kernel.web.access import public


@public(transaction=False)
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; asks nothing else."""
    return HttpResponse(b"ok\n", content_type="text/plain")


@public(transaction=False)
def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers and has every migration of this release (503 with the reason otherwise)."""
    reason = _readiness.why_not()
    return HttpResponse(f"{reason or 'ready'}\n", status=503 if reason else 200, content_type="text/plain")


@public(transaction=False)
def figures(request: HttpRequest) -> HttpResponse:
    """Prometheus' page, for this machine or for whoever has the token."""
    if not (_is_local(request) or _has_token(request)):
        raise NotFound
    return HttpResponse(metrics.exposition(), content_type="text/plain; version=0.0.4; charset=utf-8")


urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", figures, name="metrics"),
]


class _Readiness:
    """Remembers that the schema was complete: an older release keeps serving while newer migrations run."""

    def __init__(self) -> None:
        self._schema_is_complete = False

    def why_not(self) -> str:
        try:
            if not self._schema_is_complete and (missing := _missing_migration()):
                return f"migration {missing} has not run"
            self._schema_is_complete = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except DatabaseError as error:
            connection.close()
            return f"database: {type(error).__name__}"
        return ""


_readiness = _Readiness()


def _missing_migration() -> str:
    loader = MigrationLoader(connection)
    missing = sorted(set(loader.graph.nodes) - set(loader.applied_migrations))
    return ".".join(missing[0]) if missing else ""


def _is_local(request: HttpRequest) -> bool:
    """A proxy on this machine makes every caller look local, but says for whom it asks."""
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _has_token(request: HttpRequest) -> bool:
    token = settings.SHIMIN.metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(token) and hmac.compare_digest(given.encode(), token.encode())
