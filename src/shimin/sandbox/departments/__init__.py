"""The six departments of the demo city, in the order of their ports."""

from ..department import Department
from . import education, housing_fund, human_resources, population, traffic_police, transport

ALL: tuple[Department, ...] = (
    population.DEPARTMENT,
    traffic_police.DEPARTMENT,
    human_resources.DEPARTMENT,
    housing_fund.DEPARTMENT,
    education.DEPARTMENT,
    transport.DEPARTMENT,
)
