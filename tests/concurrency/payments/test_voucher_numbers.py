"""Vouchers issued from many connections at once: numbers without a gap, one valid voucher for each line."""

from __future__ import annotations

from contextlib import suppress

import pytest
from django.db import connection, transaction

from shimin.capabilities.identity.tests.factories import NOW
from shimin.capabilities.payments.public import settle_due_lines
from shimin.capabilities.payments.tests.conftest import keeper, till  # noqa: F401 - fixtures
from shimin.capabilities.payments.tests.factories import pay
from shimin.capabilities.payments.vouchers.public import renew_vouchers
from tests.concurrency.payments.test_one_capture import together

LINES = 64


class _Undone(Exception):
    pass


def numbers() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM vouchers_voucher ORDER BY number")
        return [number for (number,) in cursor.fetchall()]


@pytest.mark.usefixtures("committed_db")
def test_numbers_have_no_gap_though_many_issue_and_some_are_undone(keeper, till):  # noqa: F811
    lines = [pay(till, keeper.owe(f"v{number}")).lines[0].line_id for number in range(LINES)]
    while settle_due_lines(NOW):
        continue

    def issue(number: int) -> str:
        """Each line twice from different threads; every fifth time the transaction is undone first."""
        line_id = lines[number % LINES]
        if number % 5 == 0:
            with suppress(_Undone), transaction.atomic():
                renew_vouchers(line_id=line_id, now=NOW)
                raise _Undone
        return str(renew_vouchers(line_id=line_id, now=NOW))

    assert together(issue, LINES * 2) == {"1": LINES, "0": LINES}
    assert numbers() == list(range(1, LINES + 1))
