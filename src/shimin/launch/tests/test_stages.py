"""A stage runs until it has succeeded once for the present inputs."""

from __future__ import annotations

from pathlib import Path

import pytest

from shimin.launch.stages import files_below, fingerprint_of, run_stages, stamped


def test_runs_again_only_when_its_inputs_change(tmp_path: Path) -> None:
    source, runs = tmp_path / "source", list[str]()
    source.write_text("one")
    stage = stamped(
        "Work",
        stamp=tmp_path / "made" / "stamp",
        fingerprint=lambda: fingerprint_of(tmp_path, [source]),
        work=lambda: runs.append(source.read_text()),
    )
    for text in ("one", "one", "two", "two"):
        source.write_text(text)
        run_stages([stage])
    assert runs == ["one", "two"]


def test_a_failed_stage_is_not_done(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise RuntimeError("half way")

    stage = stamped("Work", stamp=tmp_path / "stamp", fingerprint=lambda: "same", work=lambda: None)
    run_stages([stage])
    broken = stamped("Work", stamp=tmp_path / "stamp", fingerprint=lambda: "other", work=fail)
    with pytest.raises(RuntimeError):
        run_stages([broken])
    assert not stage.is_done()
    assert capsys.readouterr().out.endswith("failed\n")


def test_a_renamed_file_changes_the_fingerprint(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("same")
    before = fingerprint_of(tmp_path, files_below(tmp_path))
    (tmp_path / "a").rename(tmp_path / "b")
    assert fingerprint_of(tmp_path, files_below(tmp_path)) != before


def test_byte_code_hidden_and_skipped_folders_do_not_count(tmp_path: Path) -> None:
    for name in ("kept/a.py", "kept/a.pyc", "__pycache__/b", ".git/c", "tests/d.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert files_below(tmp_path, skip=frozenset({"tests"})) == [tmp_path / "kept" / "a.py"]
