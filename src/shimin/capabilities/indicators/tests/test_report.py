"""The report of an edition: a PDF in Chinese that says what the pages say."""

from __future__ import annotations

import subprocess
from shutil import which

import pytest
from django.test import Client

from shimin.capabilities.indicators.public import list_editions, publish_demo_editions
from shimin.kernel import clock
from shimin.ui.documents import fonts

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not fonts.FONT.is_file(), reason="the front-end packages are not installed"),
]


@pytest.fixture
def edition():
    publish_demo_editions(clock.now())
    return list_editions()[0]


def text_of(data, tmp_path):
    if which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    (tmp_path / "report.pdf").write_bytes(data)
    done = subprocess.run(
        ["pdftotext", "-layout", str(tmp_path / "report.pdf"), "-"], capture_output=True, text=True, check=True
    )
    return done.stdout


def test_the_report_says_what_the_page_says(edition, tmp_path):
    answer = Client().get(f"/city-index/{edition.edition_id}.pdf")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    text = text_of(answer.content, tmp_path)
    for words in (
        "演示数据",
        "2026年上半年",
        "各阶段的地区数",
        "名次区间",
        edition.inputs_hash[:20],
        "由印出的 31 个总分反推",
    ):
        assert words in text, words
    assert text.count("平台") >= 20
    assert f"/city-index/{edition.edition_id}" in "".join(text.split())  # it may run over two lines


def test_there_is_no_report_of_nothing():
    assert Client().get("/city-index/1.pdf").status_code == 404


def test_a_machine_without_the_font_says_so(edition, monkeypatch, tmp_path):
    from shimin.capabilities.indicators.web import report
    from shimin.ui.documents import sheet

    report._report.cache_clear()
    monkeypatch.setattr(sheet, "FONT", tmp_path / "none.otf")
    answer = Client().get(f"/city-index/{edition.edition_id}.pdf")
    assert answer.status_code == 503
    assert "请先下载 CSV" in answer.content.decode()
