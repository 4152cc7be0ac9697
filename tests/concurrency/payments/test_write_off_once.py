"""Many officers agree to one write-off at once: it is booked once; many propose one difference: one proposal stands."""

from __future__ import annotations

import pytest

from shimin.capabilities.identity.tests.factories import NOW
from shimin.capabilities.payments.reconciliation.models import Difference
from shimin.capabilities.payments.reconciliation.public import (
    WriteOffDecided,
    WriteOffProposed,
    decide_write_off,
    import_statement,
    propose_write_off,
    reconcile_day,
)
from shimin.capabilities.payments.tests.conftest import till  # noqa: F401 - fixture
from shimin.kernel.actor import SYSTEM
from shimin.kernel.clock import CHINA, local_date
from shimin.kernel.testing import officer
from tests.concurrency.payments.test_one_capture import fetch, together

CITY, DAY = "430100", local_date(NOW)
AT = NOW.astimezone(CHINA).replace(tzinfo=None).isoformat(sep=" ")


@pytest.mark.usefixtures("committed_db")
def test_one_write_off_is_booked_once(till):  # noqa: F811
    content = f"X1,not-ours,,900,{AT}".encode()
    import_statement(actor=SYSTEM, city_code=CITY, gateway_code=till.code, day=DAY, content=content, now=NOW)
    reconcile_day(actor=SYSTEM, city_code=CITY, gateway_code=till.code, day=DAY, now=NOW)
    found = Difference.objects.get()

    def propose(number: int) -> str:
        actor = officer("payments.finance", account_id=1_000 + number, region_code=CITY)
        try:
            propose_write_off(actor=actor, difference_id=found.id, words="追不回", now=NOW)
        except WriteOffProposed as refused:
            return refused.code
        return "proposed"

    assert together(propose, 16) == {"proposed": 1, "write_off_proposed": 15}
    write_off = fetch("SELECT id FROM reconciliation_write_off")

    def agree(number: int) -> str:
        actor = officer("payments.finance", account_id=2_000 + number, region_code=CITY)
        try:
            decide_write_off(actor=actor, write_off_id=write_off, agree=True, now=NOW)
        except WriteOffDecided as refused:
            return refused.code
        return "agreed"

    assert together(agree, 16) == {"agreed": 1, "write_off_decided": 15}
    assert fetch("SELECT count(*) FROM payments_ledger_entry WHERE entry_kind = 'write_off'") == 2
    assert fetch("SELECT sum(amount_fen) FROM payments_ledger_entry WHERE account = 'gateway:testpay'") == 900
