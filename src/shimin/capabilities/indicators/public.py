"""What other code may use of the indicators: methodologies, scores, and published editions of an index."""

from __future__ import annotations

from shimin.capabilities.indicators.index.errors import IndexFault
from shimin.capabilities.indicators.index.methodology import Methodology, Stage, load_methodology
from shimin.capabilities.indicators.index.scores import Scores, compute
from shimin.capabilities.indicators.index.table import Table, read_table
from shimin.capabilities.indicators.operations.demo import publish_demo_editions
from shimin.capabilities.indicators.operations.publishing import Manuscript, publish_edition
from shimin.capabilities.indicators.queries.editions import (
    Edition,
    PastScore,
    Score,
    find_lifts,
    get_edition,
    list_editions,
    list_past_scores,
    list_scores,
)

__all__ = [
    "Edition",
    "IndexFault",
    "Manuscript",
    "Methodology",
    "PastScore",
    "Score",
    "Scores",
    "Stage",
    "Table",
    "compute",
    "find_lifts",
    "get_edition",
    "list_editions",
    "list_past_scores",
    "list_scores",
    "load_methodology",
    "publish_demo_editions",
    "publish_edition",
    "read_table",
]
