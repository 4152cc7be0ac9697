"""Every table is one of the five kinds, keyed and guarded as its kind asks."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.models import UniqueConstraint

from shimin.kernel.tables import Table, TableKind

MODELS = [model for model in apps.get_models() if model.__module__.startswith("shimin.")]
OWNER_COLUMNS = {TableKind.CITY: {"city_code"}, TableKind.PERSON: {"person_id", "account_id"}}
# A person's own root rows carry the owner as their key.
ROOTS = {"identity_account", "identity_person"}
# Tables that carry people's rows but are asked before anybody is known, through functions of the owner only.
UNPROTECTED_KINDS = {TableKind.REFERENCE, TableKind.LOCAL}


def columns(model: type[models.Model]) -> set[str]:
    return {field.column for field in model._meta.concrete_fields}


def names_of_room(model: type[models.Model]) -> tuple[str, ...]:
    """Return what the table may begin with: its app, or the capability that its app is a room of."""
    return (f"{model._meta.app_label}_", f"{capability_of(model)}_")


def capability_of(model: type[models.Model]) -> str:
    """Return the capability, or room of the kernel, that a model belongs to, also from a room of its own."""
    return model.__module__.split(".")[2]


def test_finds_the_models():
    assert len(MODELS) > 10


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.db_table)
def test_table_states_its_kind(model):
    assert issubclass(model, Table), f"{model.__name__} must subclass kernel.tables.Table"
    assert isinstance(model.kind, TableKind)
    assert model._meta.db_table.startswith(names_of_room(model)), "db_table is <capability>_<noun> or <room>_<noun>"


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.db_table)
def test_city_and_person_rows_carry_their_owner(model):
    wanted = OWNER_COLUMNS.get(model.kind)
    if wanted is None or model._meta.db_table in ROOTS:
        return
    owners = wanted & columns(model)
    assert owners, f"{model._meta.db_table} is a {model.kind} table and needs one of {sorted(wanted)}"
    for constraint in model._meta.constraints:
        if isinstance(constraint, UniqueConstraint):
            names = {model._meta.get_field(name).column for name in constraint.fields}
            assert names & owners, f"{constraint.name} must include {sorted(owners)}"


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.db_table)
def test_names_its_constraints_after_the_table(model):
    for constraint in model._meta.constraints:
        assert constraint.name.startswith(model._meta.db_table), constraint.name
    assert not model._meta.ordering, "no default ordering"


def test_every_table_of_people_has_row_level_security(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relrowsecurity")
        secured = {name for (name,) in cursor.fetchall()}
    missing = sorted(
        model._meta.db_table
        for model in MODELS
        if model.kind not in UNPROTECTED_KINDS and model._meta.db_table not in secured
    )
    assert missing == []


def test_no_serving_role_owns_or_may_truncate_a_table(db):
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.relname, r.rolname FROM pg_class c CROSS JOIN pg_roles r
            WHERE r.rolname ~ '^shimin_(citizen|staff|auth|web|worker)$' AND c.relkind IN ('r', 'p')
              AND c.relnamespace = 'public'::regnamespace
              AND (c.relowner = r.oid OR has_table_privilege(r.oid, c.oid, 'TRUNCATE'))
            """
        )
        assert cursor.fetchall() == []


def test_security_definer_functions_pin_their_search_path(db):
    """A definer function without one can be made to run another's code under the owner's rights."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT proname FROM pg_proc
            WHERE prosecdef AND pronamespace = 'public'::regnamespace
              AND NOT EXISTS (SELECT 1 FROM unnest(proconfig) setting WHERE setting LIKE 'search_path=%')
            """
        )
        assert cursor.fetchall() == []


def test_security_definer_functions_are_not_for_everyone(db):
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT proname FROM pg_proc
            WHERE prosecdef AND pronamespace = 'public'::regnamespace
              AND has_function_privilege('public', oid, 'EXECUTE')
            """
        )
        assert cursor.fetchall() == []


def test_cross_capability_foreign_keys_are_on_the_list():
    """import-linter cannot see string keys: a new arrow between capabilities is a decision, made here."""
    allowed: set[tuple[str, str]] = set()
    found = {
        (model._meta.db_table, field.related_model._meta.db_table)
        for model in MODELS
        for field in model._meta.concrete_fields
        if field.is_relation and capability_of(field.related_model) != capability_of(model)
    }
    assert found <= allowed, sorted(found - allowed)
