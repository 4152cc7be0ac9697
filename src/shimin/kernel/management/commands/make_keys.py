"""Make the keys of this installation."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from shimin.kernel import clock
from shimin.kernel.crypto.certificates import FOLDER, ensure_document_keys
from shimin.kernel.crypto.keys import make_keys


class Command(BaseCommand):
    """Idempotent: existing keys are kept whatever happens."""

    help = "Make the secret keys that are missing; never overwrite one"
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        folder = settings.SHIMIN.keys_dir
        made = make_keys(folder)
        if not (folder / FOLDER).exists():
            ensure_document_keys(folder, clock.now())
            made.append(f"{FOLDER}/")
        if options["verbosity"] and made:
            self.stdout.write(f"made in {folder}: {', '.join(made)}")
