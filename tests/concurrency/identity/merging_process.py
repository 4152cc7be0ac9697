"""Carries merges in a process of its own, slowly, for a test that kills it half-way."""

from __future__ import annotations

import os
import time
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shimin.project.settings")
django.setup()

from shimin.capabilities.identity.operations.merging import carrying  # noqa: E402
from shimin.kernel import clock  # noqa: E402

_note = carrying._note


def _note_slowly(*values: Any, **named: Any) -> None:
    _note(*values, **named)
    print("moved one table", flush=True)
    time.sleep(1)


if __name__ == "__main__":
    carrying._note = _note_slowly
    carrying.carry_all(clock.now())
    print("done", flush=True)
