"""The JSON API of payments."""

from ninja import Router

router = Router()

__all__ = ["router"]
