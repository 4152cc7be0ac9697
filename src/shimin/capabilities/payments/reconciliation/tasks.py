"""The worker's part: fetch yesterday's statements from ten in the morning on, and compare again what is open."""

from __future__ import annotations

import structlog

from shimin.capabilities.catalogue.public import served_regions
from shimin.capabilities.payments.public import gateways
from shimin.capabilities.payments.reconciliation.public import (
    FileTooLong,
    StatementRefused,
    billers_of_day,
    download_statement,
    reconcile_biller,
    reconcile_day,
    yesterday,
)
from shimin.kernel import clock
from shimin.kernel.actor import SYSTEM
from shimin.kernel.clock import CHINA
from shimin.kernel.errors import Unavailable
from shimin.kernel.worker.periodic import every

# Alipay says that the bill of a day is there from nine on the next.
FIRST_HOUR = 10
log = structlog.get_logger("shimin.payments")


@every(3600, "reconciliation.yesterday")
def reconcile_yesterday() -> None:
    """Import and compare yesterday for each city, gateway and biller, and give billers our files.

    The same content again changes nothing.
    """
    now = clock.now()
    if now.astimezone(CHINA).hour < FIRST_HOUR:
        return
    day = yesterday(now)
    for city in served_regions():
        for each in gateways():
            try:
                told = download_statement(actor=SYSTEM, city_code=city.code, gateway_code=each.code, day=day, now=now)
                if told is not None:
                    reconcile_day(actor=SYSTEM, city_code=city.code, gateway_code=each.code, day=day, now=now)
            except (Unavailable, StatementRefused) as error:
                log.warning("reconciliation.not_done", gateway=each.code, city=city.code, code=error.code)
        for code in billers_of_day(actor=SYSTEM, city_code=city.code, day=day):
            try:
                reconcile_biller(actor=SYSTEM, city_code=city.code, code=code, day=day, now=now)
            except (Unavailable, StatementRefused, FileTooLong) as error:
                log.warning("reconciliation.not_done", biller=code, city=city.code, code=error.code)
