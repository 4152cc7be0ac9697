"""Find the management commands and what they say of themselves, without starting Django."""

from __future__ import annotations

import ast
from pathlib import Path

DJANGO_COMMANDS = (
    "collectstatic",
    "compilemessages",
    "dbshell",
    "makemessages",
    "makemigrations",
    "migrate",
    "shell",
    "showmigrations",
    "sqlmigrate",
)


def platform_commands(root: Path) -> dict[str, str]:
    """Return every management command of the platform with its ``help`` text."""
    files = (root / "src" / "shimin").glob("**/management/commands/[a-z]*.py")
    return {path.stem: _help_text(path) for path in sorted(files, key=lambda path: path.stem)}


def _help_text(path: Path) -> str:
    """Return the text assigned to ``help`` in the file's Command class, else its docstring's first line."""
    module = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(module):
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "help" for t in node.targets):
            value = node.value
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                return value.value
    return (ast.get_docstring(module) or "").partition("\n")[0]
