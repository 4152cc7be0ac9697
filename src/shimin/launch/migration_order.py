"""Check that each app's migrations form one line: two leaves would stop the next release."""

from __future__ import annotations

import ast
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from shimin.launch.settings import ROOT


def faults_in_order(sources: Path) -> list[str]:
    """Return what is wrong with the order of migrations below ``sources``, one sentence each."""
    return [
        f"{folder}: {fault}"
        for folder in sorted(sources.glob("**/migrations"))
        for fault in _faults({path.stem: _dependencies(path) for path in folder.glob("[0-9]*.py")})
    ]


def _faults(dependencies: dict[str, list[str]]) -> Iterable[str]:
    """``dependencies``: migration → the migrations of the same app it depends on."""
    after = Counter(name for names in dependencies.values() for name in names)
    first = [name for name, names in dependencies.items() if not names]
    if len(first) > 1:
        yield f"{', '.join(sorted(first))} each start a line; let the later depend on the earlier."
    for name, count in sorted(after.items()):
        if name not in dependencies:
            yield f"{name} is named as a dependency and does not exist."
        elif count > 1:
            rivals = sorted(each for each, names in dependencies.items() if name in names)
            yield f"{' and '.join(rivals)} both follow {name}; let one depend on the other."
    numbers = Counter(name.partition("_")[0] for name in dependencies)
    yield from (f"the number {number} is used {count} times." for number, count in numbers.items() if count > 1)


def _dependencies(path: Path) -> list[str]:
    """Return the names of the same app's migrations in ``dependencies = [("app", "name"), …]``."""
    app = path.parents[1].name
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Assign):
            continue
        if any(isinstance(target, ast.Name) and target.id == "dependencies" for target in node.targets):
            pairs = [ast.literal_eval(item) for item in getattr(node.value, "elts", []) if isinstance(item, ast.Tuple)]
            return [name for label, name in pairs if label == app]
    return []


if __name__ == "__main__":
    faults = faults_in_order(ROOT / "src")
    print("\n".join(faults))
    sys.exit(1 if faults else 0)
