"""What other code may use of the indicators: a methodology, a table of values, and the scores they make."""

from __future__ import annotations

from shimin.capabilities.indicators.index.errors import IndexFault
from shimin.capabilities.indicators.index.methodology import Methodology, Stage, load_methodology
from shimin.capabilities.indicators.index.scores import Scores, compute
from shimin.capabilities.indicators.index.table import Table, read_table

__all__ = ["IndexFault", "Methodology", "Scores", "Stage", "Table", "compute", "load_methodology", "read_table"]
