"""``./shimin ask``: files as offices save them go in, id, category and probability come out."""

from __future__ import annotations

import csv
import gzip

import pytest
from django.core.management import CommandError, call_command

TEXT = '编号,标题,内容\n7,出租车,司机拒载还不打表\n8,工资,"公司拖欠工资，\n不交社保"\n9,,\n'


@pytest.fixture
def classify(tmp_path):
    def run(content, *options):
        given, made = tmp_path / "in.csv", tmp_path / "out.csv"
        given.write_bytes(content)
        call_command("ask", "classify", "--input", str(given), "--output", str(made), *options)
        with made.open(encoding="utf-8", newline="") as file:
            return list(csv.reader(file))

    return run


OPTIONS = ("--id", "编号", "--text", "标题,内容")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_classifies_a_file_as_offices_save_it(classify, encoding):
    head, *rows = classify(TEXT.encode(encoding), *OPTIONS)
    assert head == ["id", "category", "probability"]
    assert [row[:2] for row in rows] == [["7", "交通运输"], ["8", "劳动和社会保障"], ["9", ""]]
    assert all(0 <= float(row[2]) <= 1 for row in rows)


def test_takes_a_packed_file(classify):
    assert len(classify(gzip.compress(TEXT.encode()), *OPTIONS)) == 4


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"id,subject\n1,x\n", "has no column body; it has id, subject"),
        (b"id,subject,body\n1,x\n", "line 2: 2 cells, but the head names 3"),
        (b"id,subject,body,body\n", "names body more than once"),
        (b"\x1f\x8bbroken", "cannot be read"),
        (b"id,subject,body\n1,\xff\xff\xff\x00,x\n", "neither UTF-8 nor GBK"),
    ],
)
def test_names_what_is_wrong_with_a_file(classify, content, words):
    with pytest.raises(CommandError, match=words):
        classify(content)


def test_names_a_file_that_is_not_there(tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("ask", "classify", "--input", str(tmp_path / "no.csv"), "--output", str(tmp_path / "out.csv"))
