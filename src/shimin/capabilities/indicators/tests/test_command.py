"""``./shimin index`` as people call it."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

TABLE = "region,A,B,C\n长沙,80,30,30\n湘潭,60,20,20\n"


@pytest.fixture
def given(tmp_path, monkeypatch):
    file = tmp_path / "in.csv"
    file.write_text(TABLE, encoding="utf-8")
    return ["--methodology", "cisi-2015", "--input", str(file)]


def test_writes_scores_ranks_and_stages(given, tmp_path):
    call_command("index", "compute", *given, "--output", str(tmp_path / "out.csv"))
    assert (tmp_path / "out.csv").read_text(encoding="utf-8") == (
        "region,A,B,C,cisi,rank,stage\n长沙,80.0,30.0,30.0,43.5,1,平台\n湘潭,60.0,20.0,20.0,17.8,2,触网\n"
    )


def test_prints_full_precision_when_asked(given, capsys):
    call_command("index", "compute", *given, "--exact")
    assert "湘潭,60.0,20.0,20.0,17.75,2,触网" in capsys.readouterr().out


def test_names_regions_that_do_not_exist(given, tmp_path):
    (tmp_path / "in.csv").write_text(TABLE.replace("长沙", "长砂"), encoding="utf-8")
    with pytest.raises(CommandError, match="did you mean 长沙"):
        call_command("index", "compute", *given)
    call_command("index", "compute", *given, "--any-region")


def test_refuses_inconsistent_experts_unless_told(tmp_path, capsys):
    file = tmp_path / "expert.csv"
    file.write_text(",A,B,C\nA,1,5,1/5\nB,1/5,1,5\nC,5,1/5,1\n", encoding="utf-8")
    with pytest.raises(CommandError, match="ask these experts again"):
        call_command("index", "ahp", str(file))
    call_command("index", "ahp", str(file), "--warn")
    assert "warning: expert.csv: CR" in capsys.readouterr().err


def test_prints_rank_intervals_and_lifts(given, capsys):
    call_command("index", "robustness", *given, "--trials", "5")
    assert "长沙,1,1,1" in capsys.readouterr().out
    call_command("index", "lift", *given, "--region", "湘潭", "--stage", "平台")
    assert "B 便民服务: now 20.00, needed 44.17" in capsys.readouterr().out
