"""The JSON API of joint handling."""

from shimin.capabilities.service_requests.joint_handling.api.routes import router

__all__ = ["router"]
