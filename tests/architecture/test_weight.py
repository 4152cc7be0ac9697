"""A process that serves pages carries no library that only commands, papers and pictures need."""

from __future__ import annotations

import subprocess
import sys

# pypinyin alone costs a process 54 MB of resident memory when it is only imported.
HEAVY = ("pypinyin", "ibis", "duckdb", "pyarrow", "pandas", "numpy", "PIL", "fpdf", "sklearn")
START = f"""
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "shimin.project.settings"
import django
django.setup()
from django.urls import get_resolver
get_resolver().url_patterns
print(*[name for name in {HEAVY!r} if name in sys.modules])
"""


def test_serving_loads_nothing_heavy():
    done = subprocess.run([sys.executable, "-c", START], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.split() == []
