"""Bills of materials, and an honest word on components that nobody was asked about."""

from __future__ import annotations

import json

import pytest

from shimin.launch import components
from shimin.launch.components import python_faults, web_faults
from shimin.launch.faults import Fault
from shimin.launch.settings import load_settings

FAULTY = {"name": "a", "version": "1", "vulns": [{"id": "I", "fix_versions": []}]}


def test_tells_components_with_known_faults():
    answer = {"dependencies": [
        {"name": "django", "version": "5.2.1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["5.2.2"]}]},
        {"name": "orjson", "version": "3.10", "vulns": []},
        {"name": "stdnum", "skip_reason": "not found"},
    ]}  # fmt: skip
    assert python_faults(answer) == (["django 5.2.1: PYSEC-1, mended in 5.2.2"], ["stdnum"])


@pytest.mark.parametrize("answer", [None, {}, [], {"error": "no network"}])
def test_no_answer_is_not_taken_for_no_fault(answer):
    assert python_faults(answer) == ([], ["requirements/run.txt"])
    assert web_faults(answer) == ([], False)


def test_tells_packages_with_known_faults():
    answer = {"vulnerabilities": {"x": {"name": "x", "range": "<2", "severity": "high"}}}
    assert web_faults(answer) == (["x <2: high"], True)
    assert web_faults({"vulnerabilities": {}}) == ([], True)


@pytest.mark.parametrize(
    ("python", "web", "status", "words"),
    [
        ({"dependencies": []}, {"vulnerabilities": {}}, 0, "no known fault"),
        ({"dependencies": [{"name": "a", "skip_reason": "x"}]}, {"vulnerabilities": {}}, 3, "not asked about"),
        ({"dependencies": []}, None, 3, "package-lock.json"),
        (
            {"dependencies": [{"name": "a", "version": "1", "vulns": [{"id": "I", "fix_versions": []}]}]},
            None,
            1,
            "a 1: I",
        ),
    ],
)
def test_the_status_says_whether_all_was_asked(monkeypatch, capsys, python, web, status, words):
    answers = iter([python, web])
    monkeypatch.setattr(components, "install_files", lambda *_, **__: None)
    monkeypatch.setattr(components, "npm_command", lambda _: ["npm"])
    monkeypatch.setattr(components, "_answer", lambda *_: next(answers))
    assert components.components(load_settings(), ["check"]) == status
    assert words in capsys.readouterr().out


def test_writes_bills_of_materials_in_cyclonedx(tmp_path):
    assert components.components(load_settings(), ["sbom", str(tmp_path)]) == 0
    python, web = (json.loads((tmp_path / f"{name}.cdx.json").read_text()) for name in ("python", "web"))
    assert (python["bomFormat"], web["bomFormat"]) == ("CycloneDX", "CycloneDX")
    django = next(each for each in python["components"] if each["name"] == "django")
    assert django["version"].startswith("5.2")
    assert {"htmx.org", "weui"} <= {each["name"] for each in web["components"]}
    assert "axe-core" not in {each["name"] for each in web["components"]}


def test_says_what_it_can_do():
    with pytest.raises(Fault, match="sbom"):
        components.components(load_settings(), ["bom"])
