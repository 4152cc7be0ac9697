"""The block ``pay``: an item of the catalogue through which people pay what a look-up shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from django.urls import reverse

from shimin.capabilities.catalogue.public import (
    Entry,
    Evidence,
    ExampleResult,
    Finding,
    FolderFault,
    ItemGuide,
    ServiceFolder,
    load_yaml,
)
from shimin.capabilities.payments.debts.declaration import KEY, DebtRule, parse_pay
from shimin.kernel.values.money import format_fen

SCHEMA = Path(__file__).parent.parent / "schemas" / "pay.schema.json"
_MEND = "see docs/howto/let-people-pay-a-record.md."


@cache
def _schema() -> Mapping[str, Any]:
    schema: Mapping[str, Any] = orjson.loads(SCHEMA.read_bytes())
    return schema


class PayBlock:
    """See ``catalogue.blocks.Block``."""

    key = KEY

    @property
    def schema(self) -> Mapping[str, Any]:
        return _schema()

    def check(self, part: Mapping[str, Any], folder: ServiceFolder) -> Iterable[Finding]:
        """Yield names that point nowhere, and fields of the wrong type."""
        rule = parse_pay(part)
        fields = _fields_of(folder, rule)
        if fields is None:
            what = f"{rule.look_up} has no lookup.yaml with a view {rule.view}"
            yield folder.block_fault(KEY, ("debts", "look_up"), what, _MEND)
            return
        for what in _field_faults(rule, fields):
            yield folder.block_fault(KEY, ("debts",), what, _MEND)

    def entry(self, item: ItemGuide) -> Entry:
        """Return the button that leads to one's debts."""
        rule = parse_pay(item.doc[KEY])
        address = reverse("enquiries:look_up", args=[item.card.region_code, rule.look_up])
        return Entry(f"查我的应缴款并{rule.button}", f"{address}?view={rule.view}", item.card.level, KEY)

    def run_example(self, item: ItemGuide, example: Mapping[str, Any]) -> ExampleResult:
        """Compare what a record comes to: ``pay: {record, title, fen}`` or ``pay: {record, closed}``."""
        given, rule = example[KEY], parse_pay(item.doc[KEY])
        record = given["record"]
        if missing := [name for name in rule.fields if name not in record]:
            return ExampleResult(False, f"the record lacks {', '.join(missing)}")
        closed = rule.closed_words(record)
        if closed != given.get("closed", ""):
            return ExampleResult(False, f"says {closed!r}, not {given.get('closed', '')!r}")
        if closed:
            return ExampleResult(True)
        told = (rule.title_of(record), int(record[rule.amount]))
        wanted = (given.get("title"), given.get("fen"))
        return ExampleResult(told == wanted, f"{told[0]}, {format_fen(told[1])}: not {wanted}")

    def evidence(self, item: ItemGuide) -> Evidence:
        """A debt is found, paid and settled here, by the one account, without a visit."""
        return Evidence(unified_login=True, online_filing=True, online_lookup=True, zero_visits=True)


def _fields_of(folder: ServiceFolder, rule: DebtRule) -> Mapping[str, Any] | None:
    """Return the declared fields of the look-up's view, from the folder beside this one."""
    file = folder.path.parent / rule.look_up / "lookup.yaml"
    try:
        data = load_yaml(file, f"{rule.look_up}/lookup.yaml").data if file.is_file() else {}
    except FolderFault:
        return None  # told at that folder
    view = data.get("views", {}).get(rule.view, {}) if isinstance(data, dict) else {}
    fields = view.get("fields") if isinstance(view, dict) else None
    return fields if isinstance(fields, dict) else None


def _field_faults(rule: DebtRule, fields: Mapping[str, Any]) -> Iterator[str]:
    for name in rule.fields:
        if name not in fields:
            yield f"{rule.look_up} has no field {name}"
    types = {name: rule_of.get("type") for name, rule_of in fields.items() if isinstance(rule_of, dict)}
    wanted = {rule.amount: "fen", rule.state: "enum", **({rule.due: "date"} if rule.due else {})}
    for name, type_ in wanted.items():
        if name in types and types[name] != type_:
            yield f"{name} is a {types[name]}, it has to be a {type_}"
    words = fields.get(rule.state, {})
    known = set(words.get("words", {})) if isinstance(words, dict) else set()
    for value in sorted((rule.open | set(rule.closed)) - known):
        yield f"{rule.state} is never {value}"
    if fields.get(rule.ref, {}).get("mask") or fields.get(rule.ref, {}).get("optional"):
        yield f"{rule.ref} is masked or optional: it cannot name a record"
