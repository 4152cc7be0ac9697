"""Merging two accounts: every table that carries an account has somebody who says what becomes of its rows."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.models import Q, UniqueConstraint

from shimin.capabilities.identity.public import Settle, Stays, merge_parts
from shimin.kernel.db import role_name
from shimin.kernel.tables import TableKind

_OF_SOMEBODY = re.compile(r"(\w+_)?account_id|person_id")
MODELS = [model for model in apps.get_models() if model.__module__.startswith("shimin.")]
MOVES = [rule for part in merge_parts() for rule in part.moves]
STAYS = [rule for part in merge_parts() for rule in part.stays]


def owned_columns() -> set[tuple[str, str]]:
    """Return (table, column) of everything that belongs to an account or a person, roots by their key."""
    found = {
        (model._meta.db_table, field.column)
        for model in MODELS
        for field in model._meta.concrete_fields
        if _OF_SOMEBODY.fullmatch(field.column)
    }
    roots = {("identity_account", "id"), ("identity_person", "id")}
    return (found | roots) - {("identity_account", "person_id")}


def test_every_table_of_an_account_moves_or_says_why_it_stays():
    said = {(rule.table, rule.column) for rule in (*MOVES, *STAYS)}
    tables = {table for table, _ in said}
    # A column that names the person needs no word of its own where the account's column moves.
    missing = {
        (table, column) for table, column in owned_columns() - said if column != "person_id" or table not in tables
    }
    assert missing == set(), "register_merge_part: Moves or Stays"
    assert {rule.table for rule in (*MOVES, *STAYS)} <= {model._meta.db_table for model in MODELS}


def test_every_table_of_people_is_covered():
    said = {rule.table for rule in (*MOVES, *STAYS)}
    people = {model._meta.db_table for model in MODELS if model.kind is TableKind.PERSON}
    assert people - said == set()


def test_no_column_both_moves_and_stays():
    moves, stays = {(rule.table, rule.column) for rule in MOVES}, {(rule.table, rule.column) for rule in STAYS}
    assert moves & stays == set()
    assert all(isinstance(rule, Stays) and rule.why for rule in STAYS)


@pytest.mark.parametrize("rule", MOVES, ids=lambda rule: f"{rule.table}.{rule.column}")
def test_every_unique_rule_of_an_account_is_a_clash(rule):
    """What an account may have once must not stop a merge at the index."""
    model = next(model for model in MODELS if model._meta.db_table == rule.table)
    known = {frozenset(clash.columns) for clash in rule.clashes}
    for constraint in model._meta.constraints:
        if isinstance(constraint, UniqueConstraint):
            columns = {model._meta.get_field(name).column for name in constraint.fields}
            if rule.column in columns:
                assert frozenset(columns - {rule.column}) in known, constraint.name
    if model._meta.pk.column == rule.column:
        assert frozenset() in known
    assert all(clash.title for clash in rule.clashes if clash.settle is not Settle.KEEP)


@pytest.mark.parametrize("rule", MOVES, ids=lambda rule: f"{rule.table}.{rule.column}")
def test_the_worker_and_nobody_of_the_web_moves_rows(rule, db):
    with connection.cursor() as cursor:
        may = {}
        for role in ("worker", "citizen", "staff", "web"):
            cursor.execute(
                "SELECT has_column_privilege(%s, %s, %s, 'UPDATE')", [role_name(role), rule.table, rule.column]
            )
            may[role] = cursor.fetchone()[0]
    assert may == {"worker": True, "citizen": False, "staff": False, "web": False}


@pytest.mark.parametrize("rule", MOVES, ids=lambda rule: f"{rule.table}.{rule.column}")
def test_the_rules_are_sql_that_runs(rule, db):
    """Keys, labels and conditions are written by hand: each runs, as the worker and (where it is told) as a citizen."""
    for role in ("worker", "citizen"):
        told = [clash for clash in rule.clashes if clash.title]
        if role == "citizen" and not rule.words and not told:
            continue
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('role', %s, true)", [role_name(role)])
            for clash in rule.clashes if role == "worker" else told:
                cursor.execute(
                    f'SELECT {clash.value("own")}, ({clash.label})::text, ({rule.key})::text FROM "{rule.table}" own'
                    f' WHERE own."{rule.column}" = 0 AND {clash.holds("own")}'
                )
            cursor.execute(f'SELECT count(*) FROM "{rule.table}" own WHERE own."{rule.column}" = 0')
            cursor.execute("SELECT set_config('role', 'none', true)")


def test_conditions_agree_with_the_constraints():
    """A clash is told for the rows that the index is about: the states named are the index's own."""
    plans = next(rule for rule in MOVES if rule.table == "autopay_plan")
    model = next(model for model in MODELS if model._meta.db_table == "autopay_plan")
    once = next(each for each in model._meta.constraints if each.name == "autopay_plan_once")
    assert isinstance(once, UniqueConstraint)
    assert isinstance(once.condition, Q)
    [(_, states)] = once.condition.children
    assert set(re.findall(r"'(\w+)'", plans.clashes[0].only)) == set(states)
