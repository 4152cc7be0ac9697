"""Reading YAML: plain data with lines, and what is refused."""

from __future__ import annotations

import pytest

from shimin.capabilities.catalogue.folder.findings import FolderFault
from shimin.capabilities.catalogue.folder.loader import MAX_BYTES, load, loads


def test_words_stay_words():
    text = 'code: 010\nday: 2026-12-01\nyes: no\nnumber: 12\nshare: 1.5\nflag: true\nnothing: ~\ntext: "12"\n'
    assert loads(text, "f.yaml").data == {
        "code": "010", "day": "2026-12-01", "yes": "no", "number": 12, "share": 1.5, "flag": True, "nothing": None,
        "text": "12",
    }  # fmt: skip


def test_knows_the_line_of_every_key_and_entry():
    source = loads("a: 1\nb:\n  - x\n  - y: 2\n    z: 3\n", "f.yaml")
    assert [source.line_of(place) for place in [("a",), ("b",), ("b", 1), ("b", 1, "z")]] == [1, 2, 4, 5]
    assert source.line_of(("b", 1, "absent")) == 4


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: &x\n  b: *x\n", 1, "anchors and aliases"),
        ("a: 1\nb: *x\n", 2, "anchors and aliases"),
        ("a: !!python/object/apply:os.system [ls]\n", 1, "tag"),
        ("a: !secret x\n", 1, "tag"),
        ("a: 1\nb: 2\na: 3\n", 3, "twice (first on line 1)"),
        ("? [a, b]\n: 1\n", 1, "must be a word"),
        ("[" * 60 + "]" * 60, 1, "nested too deeply"),
        ("a: 'open\n", 2, "not YAML"),
        ("a: b: c\n", 1, "not YAML"),
        ("a: \x07\n", 1, "not YAML"),
        ("", 1, "empty"),
        ("a: 1\n---\nb: 2\n", 2, "not YAML"),
    ],
)
def test_refuses(text, line, words):
    with pytest.raises(FolderFault) as caught:
        loads(text, "f.yaml")
    assert words in str(caught.value)
    assert (caught.value.finding.path, caught.value.finding.line) == ("f.yaml", line)


def test_refuses_a_file_that_is_too_large(tmp_path):
    file = tmp_path / "service.yaml"
    file.write_text("a: " + "x" * MAX_BYTES)
    with pytest.raises(FolderFault, match="larger than 256 kB"):
        load(file, "service.yaml")


def test_refuses_what_is_not_utf_8(tmp_path):
    file = tmp_path / "service.yaml"
    file.write_bytes("name: 长沙".encode("gb18030"))
    with pytest.raises(FolderFault, match="UTF-8"):
        load(file, "service.yaml")
