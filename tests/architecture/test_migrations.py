"""Migrations are one line per app and say what the models say."""

from __future__ import annotations

from io import StringIO

from django.apps import apps
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader


def test_migrations_are_linear():
    loader = MigrationLoader(None, ignore_no_migrations=True)
    for app in apps.get_app_configs():
        if app.name.startswith("shimin."):
            leaves = loader.graph.leaf_nodes(app.label)
            assert len(leaves) <= 1, f"{app.label} has several last migrations: {leaves}"


def test_models_pass_django_s_own_checks():
    call_command("check", fail_level="WARNING")


def test_migrations_match_the_models(db):
    call_command("makemigrations", "--check", "--dry-run", stdout=StringIO())
