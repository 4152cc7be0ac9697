"""Every binary column is a sealed value or said to be something else: rotation finds what models declare."""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path

from django.apps import apps
from django.db import models

from shimin.kernel.sealed import SealedField, list_sealed_tables
from shimin.kernel.tables import Table

SOURCE = Path(__file__).resolve().parents[2] / "src" / "shimin"
# Hashes, public halves and MACs: nothing that opens with a key.
OTHERS = ("hash", "key", "mac", "digest", "fingerprint", "credential_id", "public_key")
# Sealed texts that browsers keep for a while: no column holds them.
TICKETS = {
    "identity.cookie.pending",
    "identity.form.real_name",
    "identity.ticket.second_factor",
    "identity.form.code_generator",
    "identity.ticket.passkey",
    "identity.ticket.merge",
}

OF_EACH_ROW = {"_context(actor, question, key)", "column.context"}  # what passes; what rotation goes by


def test_every_binary_column_is_known():
    for model in apps.get_models():
        if not issubclass(model, Table):
            continue
        for field in model._meta.concrete_fields:
            if isinstance(field, models.BinaryField) and not isinstance(field, SealedField):
                name = field.name
                assert name in OTHERS or name.endswith("_hash"), f"{model._meta.label}.{name}: sealed, or what is it?"


def test_every_context_that_is_sealed_for_belongs_to_a_column_or_a_ticket():
    columns = {column.context for table in list_sealed_tables() for column in table.columns}
    unknown = []
    for path in SOURCE.rglob("*.py"):
        if "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "encrypt":
                expression = next(ast.unparse(each.value) for each in node.keywords if each.arg == "context")
                value = _value(path, expression)
                if value not in columns | TICKETS and expression not in OF_EACH_ROW:
                    unknown.append(f"{path.name}: {expression} = {value}")
    assert not unknown, "sealed for what no SealedField names"


def _value(path: Path, expression: str) -> object:
    module = import_module("shimin." + ".".join(path.relative_to(SOURCE).with_suffix("").parts))
    found: object = module
    for part in expression.split("(")[0].split("."):
        found = getattr(found, part, None)
    return found
