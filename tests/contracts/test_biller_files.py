"""Billers' day files against the sandbox's billers as they run: both ways, with and without faults."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from shimin.adapters.http_source.acts import HttpPaymentReporter
from shimin.adapters.http_source.billers import HttpBillers
from shimin.adapters.http_source.clients import Clients
from shimin.adapters.http_source.day_files import HttpBillerFiles
from shimin.adapters.http_source.directory import Directory
from shimin.adapters.http_source.records import HttpRecordSource
from shimin.capabilities.payments.billing.domain.billers import find_biller
from shimin.capabilities.payments.ports import FileDifference, FileTooLarge, StatementBroken
from shimin.capabilities.payments.reconciliation.domain.day_files import FileLine, find_sender, write_file
from shimin.kernel.clock import local_date
from shimin.kernel.errors import Unavailable

SYSTEM = "utility-billers"


@pytest.fixture
def clients(departments):
    opened = Clients(Directory(departments.keys_dir, departments.environ, None))
    yield opened
    opened.close()


@pytest.fixture
def files(clients):
    return HttpBillerFiles(HttpRecordSource(clients))


@pytest.fixture
def today():
    return local_date(datetime.now(UTC))


def pay(departments, clients, code: str, line: str, home: int) -> FileLine:
    """Pay somebody's first open bill at a biller and return it as a line of our file."""
    billers, biller = HttpBillers(HttpRecordSource(clients), HttpPaymentReporter(clients)), find_biller(code)
    homes = [each for each in departments.residents if each["utility_accounts"]]
    number = next(each for each in homes[home]["utility_accounts"] if each[0] == biller.number[0])
    bill = next(each for each in billers.list_bills(biller, number) if not each.is_paid)
    told = billers.report_payment(
        biller, bill_number=bill.number, line=line, fen=bill.payable_fen, paid_at=datetime.now(UTC)
    )
    assert told.is_accepted
    return FileLine(int(line), bill.number, bill.payable_fen, told.receipt, is_reversed=False)


def read(files, code: str, day: date):
    sender = find_sender(f"biller:{code}", day)
    assert sender is not None
    biller = sender.biller
    return list(sender.read_statement(files.fetch(system=SYSTEM, utility=biller.kind, day=day)))


@pytest.mark.parametrize(("code", "encoding"), [("changsha-gas", "gbk"), ("changsha-tv", "utf-8")])
def test_files_go_both_ways_in_the_billers_character_set(departments, clients, files, today, code, encoding):
    biller = find_biller(code)
    assert biller.encoding == encoding
    line = pay(departments, clients, code, f"8800{biller.number[0]}1", 3)
    rows = read(files, code, today)
    assert [(row.trade_no, row.out_trade_no, row.amount_fen) for row in rows if row.trade_no == str(line.line_id)] == [
        (str(line.line_id), line.bill_number, line.amount_fen)
    ]
    ours = [FileLine(int(row.trade_no), row.out_trade_no, abs(row.amount_fen), "", bool(row.refund_no)) for row in rows]
    own = {"system": SYSTEM, "utility": biller.kind, "day": today}
    assert files.check(**own, content=write_file(ours, biller, today)) == ()
    strange = [FileLine(5, line.bill_number, 7, "", is_reversed=False)]
    others = [each for each in ours if each.line_id != line.line_id]
    found = files.check(**own, content=write_file([*others, *strange], biller, today))
    assert {(each.line, each.difference) for each in found} == {
        ("5", FileDifference.NOT_BOOKED), (str(line.line_id), FileDifference.NOT_IN_FILE),
    }  # fmt: skip
    (unread,) = files.check(**own, content=b"#x\nno|file\n")
    assert unread.difference is FileDifference.UNREADABLE


def test_faults_of_a_file_are_seen(departments, clients, files, today):
    for number in (4, 5):
        pay(departments, clients, "changsha-phone", f"77{number}", number)
    right = read(files, "changsha-phone", today)
    with departments.fault(SYSTEM, day_file_missing=1, day_file_wrong=1, day_file_extra=1):
        told = read(files, "changsha-phone", today)
    assert len(told) == len(right)
    assert {row.trade_no for row in told} - {row.trade_no for row in right} == {str(9 * 10**17)}
    assert sum(row.amount_fen for row in told if row in right) < sum(row.amount_fen for row in right)
    with departments.fault(SYSTEM, day_file_broken=True), pytest.raises(StatementBroken) as broken:
        read(files, "changsha-phone", today)
    assert broken.value.faults[0] == (3, "应有5列，有2列。")
    with departments.fault(SYSTEM, wrong_signature=True), pytest.raises(Unavailable):
        files.fetch(system=SYSTEM, utility="phone", day=today)


def test_a_file_that_is_too_large_is_not_sent(files, today):
    content = b"".join(b"%d|1000000000202611|%d|x|y\n" % (number**7, number**5) for number in range(20_000))
    with pytest.raises(FileTooLarge):
        files.check(system=SYSTEM, utility="water", day=today, content=content)
