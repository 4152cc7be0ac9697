"""The departments of the demo city, in the order of their ports."""

from ..department import Department
from . import (
    bank_cards,
    education,
    housing_fund,
    human_resources,
    market_regulation,
    population,
    traffic_police,
    transport,
    utility_billers,
)

ALL: tuple[Department, ...] = (
    population.DEPARTMENT,
    traffic_police.DEPARTMENT,
    human_resources.DEPARTMENT,
    housing_fund.DEPARTMENT,
    education.DEPARTMENT,
    transport.DEPARTMENT,
    market_regulation.DEPARTMENT,
    bank_cards.DEPARTMENT,
    utility_billers.DEPARTMENT,
)
