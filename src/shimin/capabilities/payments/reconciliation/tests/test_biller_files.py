"""Billers' day files both ways: what agrees, each kind of difference, broken lines, what the biller answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client

from shimin.capabilities.identity.tests.factories import NOW, make_officer
from shimin.capabilities.payments.models import OrderLine
from shimin.capabilities.payments.ports import (
    BillerFinding,
    FileDifference,
    FileTooLarge,
    StatementBroken,
    set_biller_files,
)
from shimin.capabilities.payments.public import (
    decide_refund,
    request_refund,
    send_due_refunds,
    settle_due_lines,
)
from shimin.capabilities.payments.reconciliation.domain.day_files import find_sender
from shimin.capabilities.payments.reconciliation.models import BillerAnswer, Difference, Statement
from shimin.capabilities.payments.reconciliation.public import (
    FileTooLong,
    StatementRefused,
    close_difference,
    compare_day,
    fetch_biller_file,
    import_statement,
    list_differences,
    own_file,
    reconcile_biller,
    send_own_file,
)
from shimin.capabilities.payments.tests.factories import pay
from shimin.kernel import clock
from shimin.kernel.actor import SYSTEM
from shimin.kernel.clock import local_date
from shimin.kernel.db import scope
from shimin.kernel.errors import Forbidden, InvalidInput, NotFound
from shimin.kernel.testing import citizen, officer

pytestmark = pytest.mark.django_db
CITY, DAY, WATER = "430100", local_date(NOW), "biller:changsha-water"
FINANCE = officer("payments.finance", account_id=31, region_code=CITY)
SECOND = officer("payments.finance", account_id=32, region_code=CITY)
ELSEWHERE = officer("payments.finance", account_id=33, region_code="430200")
WHERE: dict[str, Any] = {"city_code": CITY, "code": WATER, "day": DAY, "now": NOW}


class FakeFiles:
    """A biller's system in memory: gives ``content``, answers ``findings``."""

    def __init__(self) -> None:
        self.content, self.given, self.limit = b"", b"", 10**9
        self.findings: tuple[BillerFinding, ...] = ()

    def fetch(self, *, system, utility, day):
        assert (system, utility, day) == ("utility-billers", "water", DAY)
        return self.content

    def check(self, *, system, utility, day, content):
        if len(content) > self.limit:
            raise FileTooLarge
        self.given = content
        return self.findings


@pytest.fixture
def files():
    fake = FakeFiles()
    set_biller_files(fake)
    yield fake
    set_biller_files(None)


@pytest.fixture
def water(keeper, till):
    """Three water bills, paid and acknowledged."""
    debts = [
        keeper.owe(
            f"changsha-water.100000000{number}202611", 100 + number, payee_code=WATER, agency_id=None, item_code="water"
        )
        for number in range(3)
    ]
    order = pay(till, *debts)
    settle_due_lines(NOW)
    return order


def a_file(*rows: tuple[object, ...], head: str = f"#销账日文件|water|{DAY}", total: str = "") -> bytes:
    lines = ["|".join(map(str, row)) for row in rows]
    total = total or f"#合计|{len(rows)}|{sum(int(str(row[2])) for row in rows)}"
    return ("\n".join([head, "流水号|账单号|金额（分）|回执号|状态", *lines, total]) + "\n").encode("gbk")


def rows_of(order) -> list[tuple[object, ...]]:
    return [(line.line_id, line.ref.split(".")[1], line.amount_fen, f"R{line.line_id}", "销账") for line in order.lines]


def take(content: bytes) -> None:
    import_statement(actor=SYSTEM, city_code=CITY, gateway_code=WATER, day=DAY, content=content, now=NOW)
    compare_day(actor=SYSTEM, city_code=CITY, gateway_code=WATER, day=DAY, now=NOW)


def open_kinds() -> list[str]:
    return sorted(Difference.objects.filter(state="open").values_list("difference_kind", flat=True))


def test_our_file_is_what_the_biller_would_write(water):
    assert own_file(actor=FINANCE, **WHERE) == a_file(*rows_of(water))
    take(own_file(actor=FINANCE, **WHERE))
    assert open_kinds() == []


def test_each_difference_has_a_reason_an_owner_and_a_way(water):
    first, second, third = rows_of(water)
    wrong = (*second[:2], 999, *second[3:])
    taken_back = (*third[:4], "冲正")
    take(a_file(wrong, taken_back, ("77", "1000000009202611", 5, "R77", "销账")))
    assert open_kinds() == ["biller_not_booked", "biller_reversed", "biller_unknown", "wrong_amount"]
    for each in list_differences(actor=FINANCE, city_code=CITY, day=DAY):
        assert each.meaning.reason
        assert each.meaning.owner
        assert each.meaning.way_on
    take(a_file(first, second, third))
    assert open_kinds() == []
    take(a_file(first, second, third, third))
    assert open_kinds() == ["doubled_line"]


def test_what_we_gave_back_and_the_biller_keeps_is_named(water):
    line = water.lines[0]
    refund = request_refund(
        actor=FINANCE, line_id=line.line_id, amount_fen=line.amount_fen, reason="other", words="退", now=NOW
    )
    decide_refund(actor=SECOND, refund_id=refund, agree=True, now=NOW)
    send_due_refunds(NOW)
    settle_due_lines(NOW + timedelta(minutes=1))
    first, *others = rows_of(water)
    take(a_file(first, *others))
    assert open_kinds() == ["biller_not_reversed"]
    take(a_file((*first[:4], "冲正"), *others))
    assert open_kinds() == []


def test_what_the_biller_booked_before_it_answered_us_is_no_difference(keeper, till):
    debt = keeper.owe("changsha-water.1000000009202611", 5, payee_code=WATER, agency_id=None, item_code="water")
    order = pay(till, debt)
    take(a_file(*rows_of(order)))
    assert open_kinds() == []


def test_an_officer_ends_a_difference_with_words(water):
    take(a_file(*rows_of(water)[1:]))
    (found,) = list_differences(actor=FINANCE, city_code=CITY, day=DAY)
    close_difference(
        actor=FINANCE, difference_id=found.difference_id, way="keeper_corrected", words="供水公司已补记", now=NOW
    )
    assert open_kinds() == []


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (b"\n", 1, "第一行应为"),
        (a_file(head=f"#销账日文件|gas|{DAY}"), 1, "不是长沙示例供水公司的"),
        (a_file(head="#销账日文件|water|2020-01-01"), 1, "2020-01-01的文件"),
        (a_file((1, "1000000001202611", 5, "R", "销账"), total="1|2"), 4, "应有5列"),
        (a_file((1, "1000000001202611", 0, "R", "销账")), 3, "金额"),
        (a_file((1, "1000000001202611", 5, "R", "退款")), 3, "状态"),
        (a_file(("x' OR 1=1", "1000000001202611", 5, "R", "销账")), 3, "流水号"),
        (a_file((1, "1000000001202611", 5, "R", "销账"), total="#合计|2|5"), 4, "合计写的是2笔"),
        (a_file((1, "1000000001202611", 5, "R", "销账")).rsplit(b"\n", 2)[0], 3, "没有结尾的合计"),
        (a_file((1, "1000000001202611", 5, "R", "销账")).replace("销账\n".encode("gbk"), b"\x81\xff\n"), 3, "GBK"),
        (a_file().decode("gbk").encode(), 1, "GBK"),
    ],
)
def test_a_broken_line_is_named_and_nothing_is_taken(content, line, words):
    sender = find_sender(WATER, DAY)
    assert sender is not None
    with pytest.raises(StatementBroken) as broken:
        list(sender.read_statement(content))
    assert broken.value.faults[0][0] == line, broken.value.faults
    assert any(words in said for _, said in broken.value.faults), broken.value.faults
    with pytest.raises(StatementRefused):
        take(content)
    assert Statement.objects.get().state == "refused"


def test_the_same_file_changes_nothing_and_a_corrected_one_takes_its_place(water, files):
    files.content = a_file(*rows_of(water)[1:])
    assert fetch_biller_file(actor=SYSTEM, **WHERE).is_new
    assert not fetch_biller_file(actor=SYSTEM, **WHERE).is_new
    files.content = a_file(*rows_of(water))
    assert fetch_biller_file(actor=SYSTEM, **WHERE).is_new
    assert sorted(Statement.objects.values_list("state", flat=True)) == ["current", "replaced"]


def test_the_biller_reads_ours_and_its_answer_is_kept(water, files):
    files.content = a_file(*rows_of(water))
    files.findings = (BillerFinding("77", "1000000009202611", FileDifference.NOT_IN_FILE, 5, None),)
    reconcile_biller(actor=SYSTEM, **WHERE)
    assert files.given == a_file(*rows_of(water))
    assert BillerAnswer.objects.get().findings[0]["difference"] == "not_in_file"
    files.findings = ()
    assert send_own_file(actor=FINANCE, **WHERE) == ()
    assert BillerAnswer.objects.get().findings == []
    files.limit = 10
    with pytest.raises(FileTooLong):
        send_own_file(actor=FINANCE, **WHERE)


def test_others_neither_fetch_nor_read_nor_send(water, files):
    for actor in (citizen(account_id=5), officer("payments.teller", account_id=51, region_code=CITY)):
        for act in (fetch_biller_file, own_file, send_own_file):
            with pytest.raises(Forbidden):
                act(actor=actor, **WHERE)
    with pytest.raises(NotFound):
        fetch_biller_file(actor=FINANCE, **{**WHERE, "code": "biller:nobody"})
    with pytest.raises(NotFound):
        own_file(actor=ELSEWHERE, **{**WHERE, "city_code": "430200"})
    with pytest.raises(InvalidInput):
        fetch_biller_file(actor=FINANCE, **{**WHERE, "day": DAY + timedelta(days=1)})
    assert own_file(actor=ELSEWHERE, **WHERE) == a_file()  # the rows of a city are hidden from another's officer
    send_own_file(actor=FINANCE, **WHERE)
    with scope(ELSEWHERE):
        assert not BillerAnswer.objects.exists()
    with (
        scope(FINANCE),
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM reconciliation_biller_answer")


def test_pages_take_a_billers_file_and_send_ours(water, files, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    browser = Client()
    browser.cookies["shimin_desk"] = make_officer("payments.finance", login="files-1", region_code=CITY).token
    page = f"/desk/payments/days/{DAY}"
    assert "长沙示例供水公司" in browser.get(page).content.decode()
    broken = SimpleUploadedFile("f.txt", a_file((1, "1000000001202611", 5, "R", "退款")))
    answer = browser.post(f"{page}/import", {"gateway": WATER, "file": broken})
    assert answer.status_code == 422
    assert "第3行" in answer.content.decode()
    files.content = a_file(*rows_of(water)[1:])
    assert browser.post(f"{page}/import", {"gateway": WATER}).status_code == 302
    assert "对方没有入账" in browser.get(page).content.decode()
    files.findings = (BillerFinding("77", "1000000009202611", FileDifference.NOT_IN_FILE, 5, None),)
    assert browser.post(f"{page}/files").status_code == 302
    assert "对方已入账，我方文件没有" in browser.get(page).content.decode()
    own = browser.get(f"{page}/files/changsha-water.txt")
    assert own.content == a_file(*rows_of(water))
    assert browser.get(f"{page}/files/nobody.txt").status_code == 404
    assert OrderLine.objects.count() == 3
