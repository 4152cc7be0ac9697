"""The indicators' part of a person's data: the green account."""

from __future__ import annotations

from shimin.capabilities.identity.public import PersonalData, register_personal_data
from shimin.capabilities.indicators.public import erase_green, export_green

register_personal_data(
    PersonalData(
        key="green", title="绿账单", tables=("indicators_green_entry",), export=export_green, erase=erase_green, kept=""
    )
)
