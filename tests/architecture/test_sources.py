"""Rules of the house that a reader would otherwise have to remember."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "shimin"
PYTHON = [path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts]
TEMPLATES = list(SOURCE.rglob("templates/**/*.html"))


def test_no_drawer_for_everything():
    names = {"utils", "helpers", "common", "misc", "util"}
    assert [str(path) for path in PYTHON if path.stem in names] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_hold_no_inline_code_or_style(path):
    text = path.read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>\s*[^<\s]", text), "inline script"
    assert not re.search(r"<style\b", text), "inline style element"
    assert not re.search(r"\sstyle\s*=", text), "style attribute"
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text), "inline handler"
    assert "javascript:" not in text


def test_no_error_is_swallowed():
    silent = []
    for path in PYTHON:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ExceptHandler) and all(isinstance(step, ast.Pass) for step in node.body):
                silent.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert silent == []


def test_only_the_clock_reads_the_wall_clock():
    """Operations are given ``now``; tests patch one place."""
    readers = re.compile(r"\btimezone\.now\(|datetime\.now\(|datetime\.utcnow\(|date\.today\(")
    allowed = {"kernel/clock.py"}
    found = [
        str(path.relative_to(SOURCE))
        for path in PYTHON
        if not {"tests", "sandbox", "launch"} & set(path.parts)
        and readers.search(path.read_text())
        and str(path.relative_to(SOURCE)) not in allowed
    ]
    assert found == []


def test_settings_are_documented():
    reference = (ROOT / "docs" / "reference" / "settings.md").read_text()
    text = "".join(path.read_text() for path in PYTHON if "tests" not in path.parts)
    names = set(re.findall(r"\"(SHIMIN_[A-Z_]+|DATABASE_URL)\"", text))
    assert sorted(name for name in names if name not in reference) == []
