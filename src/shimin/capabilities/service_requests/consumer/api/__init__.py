"""The JSON API of 12315."""

from shimin.capabilities.service_requests.consumer.api.routes import router

__all__ = ["router"]
