"""The command line, and the reference written from the departments."""

import json
import sqlite3
from pathlib import Path

import pytest

from shimin.sandbox import archive, departments
from shimin.sandbox.cli import RECORDS_TO_TRY, main
from shimin.sandbox.reference import render

REFERENCE = Path(__file__).parents[4] / "docs" / "reference" / "sandbox.md"


@pytest.fixture
def run(tmp_path, capsys):
    def call(*arguments):
        status = main([*arguments, "--data-dir", str(tmp_path), "--residents", "200", "--rush-candidates", "15"])
        return status, capsys.readouterr().out

    return call


def test_residents_begin_with_the_demonstration_resident(run):
    status, out = run("residents", "--json", "--limit", "3")
    people = [json.loads(line) for line in out.splitlines()]
    assert status == 0
    assert [person["name"] for person in people] == ["周晓敏", "陈志远", "刘桂英"]
    assert people[0]["licence_file_number"] == "430115308642"


def test_residents_in_text_name_the_numbers_to_prove_oneself_with(run):
    _, out = run("residents", "--limit", "1")
    assert all(number in out for number in ("430104199005179006", "C30617284", "430115308642", "201022962963"))


@pytest.mark.parametrize("record", RECORDS_TO_TRY)
def test_residents_can_be_chosen_by_what_they_have(run, record):
    _, out = run("residents", "--json", "--limit", "4", "--with", record)
    people = [json.loads(line) for line in out.splitlines()]
    assert people
    assert all(person["counts"][record] > 0 for person in people)


def test_export_writes_people_with_their_scores(run):
    _, out = run("export-people", "--limit", "12")
    people = [json.loads(line) for line in out.splitlines()]
    assert len({person["id_number"] for person in people}) == 12
    assert all(set(person) == {"name", "id_number", "phone", "score"} for person in people)


def test_export_ends_with_the_people_there_are(run):
    _, out = run("export-people", "--limit", "1000000")
    assert 15 <= len(out.splitlines()) < 100


@pytest.mark.parametrize(
    "arguments",
    [
        ["residents"],
        ["--port-base", "8100"],
        ["--port-base", "70000"],
        ["residents", "--data-dir", "x", "--residents", "7"],
    ],
)
def test_wrong_arguments_are_refused(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "error" in capsys.readouterr().err


def test_a_data_folder_that_cannot_be_written_is_told(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main(["residents", "--data-dir", str(tmp_path / "file")]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_a_full_disk_is_told(tmp_path, capsys, monkeypatch):
    def full(*_):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(archive, "_build", full)
    assert main(["residents", "--data-dir", str(tmp_path)]) == 1
    assert capsys.readouterr().err == "sandbox: database or disk is full\n"


def test_reference_describes_every_record_as_it_is():
    assert render(departments.ALL) in REFERENCE.read_text()
