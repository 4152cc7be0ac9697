"""``ask import`` and ``export``: each line once for good, rejects with line and reason; what goes out comes in."""

from __future__ import annotations

import csv
import gzip
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from shimin.capabilities.identity.tests.factories import NOW
from shimin.capabilities.service_requests.models import FilingKey, ImportedMessage, RequestStep, ServiceRequest
from shimin.capabilities.service_requests.public import forget_filing_keys, import_message
from shimin.capabilities.service_requests.tests.factories import CITY, answered, file
from shimin.kernel import clock
from shimin.kernel.models import AuditRecord, Event

IMPORT = "shimin.capabilities.service_requests.bulk.importing.import_message"
HEAD = "id,subject,body,posted_at,kind,address,district,phone\n"
LINE = '{id},路灯坏了,"岳麓区桐梓坡路，\n晚上很黑",{at},{kind},{place},{district},{phone}\n'


@pytest.fixture(autouse=True)
def stopped(monkeypatch):
    """The clock stands."""
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def bring(city, tmp_path, capsys):
    """Import a text as a file and return what the command says."""

    def run(text: str, *options: str, name: str = "hotline.csv") -> str:
        path = tmp_path / name
        path.write_bytes(text.encode())
        call_command("ask", "import", str(path), *options)
        return str(capsys.readouterr().out).strip()

    return run


def line(id, *, at="2026-11-20 08:30:00", kind="", place="", district="", phone=""):
    return LINE.format(id=id, at=at, kind=kind, place=place, district=district, phone=phone)


def test_a_line_is_a_request_with_its_own_time(bring):
    told = bring(HEAD + line("7", kind="投诉", place="桐梓坡路", district="430104", phone="13812345678"))
    assert told == "1 lines: 1 imported, 0 known already, 0 rejected"
    row = ServiceRequest.objects.get()
    assert (row.title, row.request_kind, row.region_code, row.channel) == ("路灯坏了", "complaint", "430104", "import")
    assert row.filed_at == datetime(2026, 11, 20, 0, 30, tzinfo=UTC)
    assert row.due_at > row.filed_at
    assert row.account_id is None
    assert row.reporters.get().contact
    assert Event.objects.filter(name="service_requests.request_filed", aggregate_id=row.id).count() == 1
    assert AuditRecord.objects.get(target_id=row.id).actor_kind == "system"


def test_again_changes_nothing_also_when_keys_are_forgotten(bring):
    text = HEAD + line("7") + line("8")
    bring(text)
    forget_filing_keys(NOW + timedelta(days=400))
    assert bring(text) == "2 lines: 0 imported, 2 known already, 0 rejected"
    assert ServiceRequest.objects.count() == RequestStep.objects.count() == 2
    assert FilingKey.objects.count() == 0


def test_another_source_names_other_messages(bring):
    text = HEAD + line("7")
    bring(text)
    assert bring(text, "--source", "letters").startswith("1 lines: 1 imported")
    assert bring(text, "--city", "430200").startswith("1 lines: 1 imported")


def test_broken_off_it_goes_on_where_it_was(bring, monkeypatch):
    """A kill between two lines is the same as an error there: what is done stays, the rest follows."""
    text, real, left = HEAD + "".join(line(str(number)) for number in range(20)), import_message, [7]

    def dies(**about):
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        return real(**about)

    monkeypatch.setattr(IMPORT, dies)
    with pytest.raises(KeyboardInterrupt):
        bring(text)
    assert ServiceRequest.objects.count() == 7
    monkeypatch.setattr(IMPORT, real)
    assert bring(text) == "20 lines: 13 imported, 7 known already, 0 rejected"
    assert ServiceRequest.objects.count() == ImportedMessage.objects.count() == 20


def test_what_is_wrong_is_named_with_its_line_and_the_rest_comes_in(bring, tmp_path):
    text = HEAD + "".join([
        line("1"), line(""), line("3", at="tomorrow"), line("4", at="2030-01-01"), line("5", at="1999-01-01"),
        line("6", kind="抱怨"), line("7", district="999999"), line("8", phone="12345"), '9,"…","!!!",,,,,\n',
        "10,too,few\n", line("11", place="长" * 300), f"12,{'字' * 20_001},,,,,,\n",
        line("1").replace("很黑", "很亮"), line("14"),
    ])  # fmt: skip
    rejects = tmp_path / "rejects.csv"
    with pytest.raises(CommandError, match="mend the rejected lines"):
        bring(text, "--rejects", str(rejects))
    with rejects.open(encoding="utf-8", newline="") as opened:
        found = [(row["line"], row["id"], row["reason"]) for row in csv.DictReader(opened)]
    wanted = [
        ("5", "", "id: 没有编号"),
        ("7", "3", "posted_at: “tomorrow”不是时间"),
        ("9", "4", "posted_at: 时间在将来"),
        ("11", "5", "posted_at: 那一天还没有办理时限"),
        ("13", "6", "kind: 没有“抱怨”这一类"),
        ("15", "7", "district: 没有这个区县"),
        ("17", "8", "phone: 手机号码"),
        ("18", "9", "words: 请用文字"),
        ("19", "", "格数与表头不同"),
        ("21", "11", "address: 地址最多"),
        ("22", "12", "words: 最多写20,000字"),
        ("24", "1", "id: 这个编号以前导入过"),
    ]
    assert [row[:2] for row in found] == [row[:2] for row in wanted]
    assert [reason[: len(start)] for (_, _, reason), (_, _, start) in zip(found, wanted, strict=True)] == [
        row[2] for row in wanted
    ]
    assert ServiceRequest.objects.count() == 2


def test_danger_of_last_year_alarms_nobody(bring):
    old, new = "1,着火了,有人被困,2025-11-20,,,,\n", "2,着火了,有人被困在里面,2026-11-22 09:00:00,,,,\n"
    bring(HEAD + old + new)
    assert list(ServiceRequest.objects.order_by("filed_at").values_list("is_emergency", flat=True)) == [False, True]


def test_a_file_that_is_none_is_refused(bring):
    for text, words in (("", "is empty"), ("id,subject\n1,x\n", "has no column body")):
        with pytest.raises(CommandError, match=words):
            bring(text)
    assert bring(HEAD) == "0 lines: 0 imported, 0 known already, 0 rejected"


def test_what_goes_out_comes_in_again(bring, city, tmp_path, capsys):
    answered(contact_phone="13812345678")
    file('=HYPERLINK("http://192.0.2.1") 我的电话13812345678，请联系。')
    path = tmp_path / "out.csv.gz"
    call_command("ask", "export", str(path), "--city", CITY)
    assert "2 requests written" in capsys.readouterr().out
    assert path.stat().st_mode & 0o077 == 0
    with gzip.open(path, "rt", encoding="utf-8", newline="") as opened:
        first, second = csv.DictReader(opened)
    assert (first["state"], first["agency"], first["reply"]) == ("answered", "lights", "路灯已经修好。")
    assert second["body"].startswith("'=HYPERLINK")
    assert "13812345678" not in second["body"]
    call_command("ask", "import", str(path), "--text", "body", "--source", "copy")
    assert "2 imported" in capsys.readouterr().out
    copies = ServiceRequest.objects.filter(channel="import").order_by("id")
    assert [row.words[:6] for row in copies] == [first["body"][:6], "=HYPER"]
    assert AuditRecord.objects.filter(action="service_requests.export").count() == 1
    call_command("ask", "export", str(tmp_path / "none.csv"), "--from", "2026-01-01", "--to", "2026-01-02")
    assert "0 requests" in capsys.readouterr().out


def test_an_export_that_fails_leaves_nothing(city, tmp_path):
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("ask", "export", str(tmp_path / "no" / "out.csv"))
    assert list(tmp_path.iterdir()) == []
