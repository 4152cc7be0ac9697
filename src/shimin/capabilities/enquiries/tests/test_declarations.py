import copy
from datetime import date

import pytest
import yaml
from jsonschema import Draft202012Validator

from shimin.capabilities.enquiries.block import LookupBlock
from shimin.capabilities.enquiries.domain.consistency import faults_of
from shimin.capabilities.enquiries.domain.declaration import parse_lookup
from shimin.capabilities.enquiries.tests.factories import LOOKUPS, SERVICES

LOST = {"count": "records", "where": {"status": ["lost"]}}
TODAY = date(2026, 11, 22)
VALIDATOR = Draft202012Validator(dict(LookupBlock().schema))


def load(slug):
    return yaml.safe_load(LOOKUPS[slug].read_text("utf-8"))


def faults(part, level=2):
    VALIDATOR.validate(part)
    return dict(faults_of(parse_lookup(part), level=level, today=TODAY))


def test_there_are_the_lookups_of_the_demo_city():
    assert len(LOOKUPS) == 12


@pytest.mark.parametrize("slug", LOOKUPS)
def test_every_declaration_is_without_fault(slug):
    part = load(slug)
    assert list(VALIDATOR.iter_errors(part)) == []
    assert faults(part, level=0 if part["subject"] == "none" else 2) == {}


def view(part):
    return next(iter(part["views"].values()))


@pytest.mark.parametrize(
    ("spoil", "path"),
    [
        (lambda p: p.update(subject=["name", "id_number"][:2]) or p.update(basis={"law": "法"}), None),
        (lambda p: view(p).update(params={"id_number": {"title": "证号", "type": "text"}}), "params.id_number"),
        (lambda p: view(p).update(figures={"x": {"sum": "wings"}}), "figures.x"),
        (lambda p: view(p)["figures"].update(x={"sum": "act"}), "figures.x"),
        (lambda p: view(p)["figures"].update(x={"count": "records", "where": {"wings": [2]}}), "figures.x"),
        (lambda p: view(p)["figures"].update(x=LOST), "figures.x.where.status"),
        (lambda p: view(p)["say"].insert(0, {"text": "{wings} 对翅膀"}), "say.0"),
        (lambda p: view(p)["say"].insert(0, {"when": "wings", "text": "会飞"}), "say.0"),
        (lambda p: view(p).update(say=[{"when": "open", "text": "有"}]), "say.0"),
        (lambda p: view(p).update(big={"figure": "wings", "words": "翅膀"}), "big.figure"),
        (lambda p: view(p)["next"].append({"words": "飞", "item": "fly", "when": "wings"}), "next.2.when"),
        (lambda p: view(p).update(list={"title": "wings"}), "list.title"),
        (lambda p: view(p).update(list={"title": "act", "notes": ["wings"]}), "list.notes"),
        (lambda p: view(p).update(plots=[{"title": "图", "by": "wings", "value": "fine_fen"}]), "plots.0"),
        (lambda p: view(p).update(plots=[{"title": "图", "by": "act", "value": "act"}]), "plots.0.value"),
    ],
)  # fmt: skip
def test_names_what_points_nowhere(spoil, path):
    part = copy.deepcopy(load("traffic-violations"))
    spoil(part)
    found = faults(part)
    assert (f"views.violations.{path}" in found) if path else found == {}


def test_a_personal_record_needs_a_proven_name():
    assert "subject" in faults(load("traffic-violations"), level=1)


def test_a_default_must_be_a_choice():
    part = load("parking-lots")
    part["views"]["lots"]["params"]["district"]["default"] = "110101"
    part["views"]["lots"]["fixed"]["district"] = "430102"
    found = faults(part, level=0)
    assert set(found) == {"views.lots.params.district.default", "views.lots.fixed.district"}


def test_a_public_record_asks_nobody_for_consent():
    part = load("taxi-check")
    part["basis"]["consent"] = {"code": "taxi", "text": "我同意"}
    assert "basis.consent" in faults(part, level=0)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda p: p.update(subject=["phone"]),
        lambda p: p.update(subject=["name"]),
        lambda p: p.update(colour="red"),
        lambda p: p.pop("purpose"),
        lambda p: view(p)["fields"]["act"].update(type="blob"),
        lambda p: view(p)["fields"]["status"].pop("words"),
        lambda p: view(p)["figures"].update(x={"sum": "fine_fen", "count": "records"}),
        lambda p: view(p)["figures"].update(x={"eval": "__import__('os')"}),
        lambda p: p.update(rush={"seconds": 0, "entries": 1}),
    ],
)
def test_the_schema_refuses_another_shape(spoil):
    part = load("traffic-violations")
    spoil(part)
    assert list(VALIDATOR.iter_errors(part)) != []


def test_every_next_step_leads_to_an_item_of_the_city():
    items = {path.parent.name for path in SERVICES.glob("430100/*/*/service.yaml")}
    steps = {
        step.item
        for slug in LOOKUPS
        for view in parse_lookup(load(slug)).views
        for step in view.telling.next_steps
    }  # fmt: skip
    assert steps - items == set()
