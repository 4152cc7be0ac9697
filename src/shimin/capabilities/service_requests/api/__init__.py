"""The JSON API of service requests."""

from shimin.capabilities.service_requests.api import desk as desk
from shimin.capabilities.service_requests.api import desk_map as desk_map
from shimin.capabilities.service_requests.api import photos as photos
from shimin.capabilities.service_requests.api import published as published
from shimin.capabilities.service_requests.api import voices as voices
from shimin.capabilities.service_requests.api.routes import router

__all__ = ["router"]
