"""Name what differs between two documents, key by key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson


def differences(old: Any, new: Any, name: str = "") -> Iterator[str]:
    """Yield one line for each value that was added (+), removed (-) or changed (~)."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys([*old, *new]):
            below = f"{name}.{key}" if name else str(key)
            if key not in new:
                yield f"- {below}: {_short(old[key])}"
            elif key not in old:
                yield f"+ {below}: {_short(new[key])}"
            else:
                yield from differences(old[key], new[key], below)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for at, (before, after) in enumerate(zip(old, new, strict=True), start=1):
            yield from differences(before, after, f"{name}[{at}]")
    elif old != new:
        yield f"~ {name}: {_short(old)} → {_short(new)}"


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return text if len(text) <= 120 else f"{text[:117]}…"
