"""The JSON API of supervision."""

from shimin.capabilities.service_requests.supervision.api.routes import router

__all__ = ["router"]
