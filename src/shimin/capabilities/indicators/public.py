"""What other code may use of the indicators: methodologies, scores, and published editions of an index."""

from __future__ import annotations

from shimin.capabilities.indicators.domain.green import GRAMS_A_TREE, CarbonFactor, Reason, carbon_factors
from shimin.capabilities.indicators.domain.inhabitants import Inhabitants, inhabitants
from shimin.capabilities.indicators.domain.use import ACTS, Dimension, UseStage
from shimin.capabilities.indicators.index.errors import IndexFault
from shimin.capabilities.indicators.index.methodology import Methodology, Stage, load_methodology
from shimin.capabilities.indicators.index.scores import Scores, compute
from shimin.capabilities.indicators.index.table import Table, read_table
from shimin.capabilities.indicators.operations.demo import publish_demo_editions
from shimin.capabilities.indicators.operations.green import credit_payment, erase_green, reverse_payment
from shimin.capabilities.indicators.operations.publishing import Manuscript, publish_edition
from shimin.capabilities.indicators.operations.use import count_use, forget_old_use, rebuild_use
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
from shimin.capabilities.indicators.queries.green import (
    GreenAccount,
    GreenLine,
    GreenTotal,
    export_green,
    get_green_account,
    list_green_totals,
)
from shimin.capabilities.indicators.queries.use import (
    ANALYST,
    FEW,
    Growth,
    K,
    Shares,
    Span,
    daily_for,
    growth,
    hours_saved,
    public_shares,
    shares_for,
)

__all__ = [
    "ACTS",
    "ANALYST",
    "FEW",
    "GRAMS_A_TREE",
    "CarbonFactor",
    "Dimension",
    "Edition",
    "GreenAccount",
    "GreenLine",
    "GreenTotal",
    "Growth",
    "IndexFault",
    "Inhabitants",
    "K",
    "Manuscript",
    "Methodology",
    "PastScore",
    "Reason",
    "Score",
    "Scores",
    "Shares",
    "Span",
    "Stage",
    "Table",
    "UseStage",
    "carbon_factors",
    "compute",
    "count_use",
    "credit_payment",
    "daily_for",
    "erase_green",
    "export_green",
    "find_lifts",
    "forget_old_use",
    "get_edition",
    "get_green_account",
    "growth",
    "hours_saved",
    "inhabitants",
    "list_editions",
    "list_green_totals",
    "list_past_scores",
    "list_scores",
    "load_methodology",
    "public_shares",
    "publish_demo_editions",
    "publish_edition",
    "read_table",
    "rebuild_use",
    "reverse_payment",
    "shares_for",
]
