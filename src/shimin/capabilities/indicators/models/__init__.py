"""Tables of the indicators."""

from shimin.capabilities.indicators.models.editions import IndexEdition, IndexScore

__all__ = ["IndexEdition", "IndexScore"]
