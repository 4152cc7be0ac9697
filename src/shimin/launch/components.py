"""``./shimin components``: the bill of materials (CycloneDX), and a look for components with known faults."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from shimin.launch.faults import Fault
from shimin.launch.frontend import npm_command
from shimin.launch.serving import install_files
from shimin.launch.settings import Settings

_USE = "use `components sbom [FOLDER]` or `components check`."
_SECONDS = 300


def components(settings: Settings, arguments: Sequence[str]) -> int:
    """Write the bills of materials, or ask the advisory databases; return 1 for faults, 3 when not all was asked."""
    match list(arguments):
        case ["sbom"]:
            return _sbom(settings, settings.root / "var" / "sbom")
        case ["sbom", folder]:
            return _sbom(settings, Path(folder))
        case ["check"]:
            return _check(settings)
        case _:
            raise Fault("components wants to know what to do", _USE)


def _sbom(settings: Settings, folder: Path) -> int:
    """Write what runs, with versions and hashes: ``python.cdx.json`` and ``web.cdx.json``."""
    install_files(settings, development=True)
    folder.mkdir(parents=True, exist_ok=True)
    python, web = folder / "python.cdx.json", folder / "web.cdx.json"
    tool: list[str | Path] = [settings.venv / "bin" / "cyclonedx-py", "requirements", "requirements/run.txt"]
    how = ["--pyproject", "pyproject.toml", "--output-reproducible", "--of", "JSON", "-o", str(python)]
    _run(settings, [*tool, *how], settings.root)
    with tempfile.TemporaryDirectory() as copy:
        _copy_with_version(settings.root, Path(copy))
        what = ["sbom", "--sbom-format=cyclonedx", "--package-lock-only", "--omit=dev"]
        made = _run(settings, [*npm_command(settings), *what], Path(copy))
    web.write_text(made, encoding="utf-8")
    for path in (python, web):
        print(f"{path}: {len(json.loads(path.read_text(encoding='utf-8'))['components'])} components")
    return 0


def _check(settings: Settings) -> int:
    install_files(settings, development=True)
    how = ["-r", "requirements/run.txt", "--require-hashes", "--disable-pip", "-f", "json", "--progress-spinner=off"]
    audit: list[str | Path] = [settings.venv / "bin" / "pip-audit", *how]
    faults, unasked = python_faults(_answer(settings, audit))
    npm_faults, is_asked = web_faults(_answer(settings, [*npm_command(settings), "audit", "--json", "--omit=dev"]))
    faults += npm_faults
    unasked += [] if is_asked else ["the packages of package-lock.json"]
    for fault in faults:
        print(fault)
    if unasked:
        print(f"not asked about (no advisory database answers here): {len(unasked)}, {', '.join(unasked[:5])}")
    print(
        f"{len(faults)} known faults among those that were"
        if faults or unasked
        else "every component was asked about: no known fault"
    )
    return 1 if faults else 3 if unasked else 0


def python_faults(answer: Any) -> tuple[list[str], list[str]]:
    """Read pip-audit's JSON: lines about components with faults, and names of those that nobody was asked about."""
    faults, unasked = list[str](), list[str]()
    for each in answer.get("dependencies", []) if isinstance(answer, dict) else []:
        if "skip_reason" in each:
            unasked.append(each["name"])
        for fault in each.get("vulns", []):
            mend = ", ".join(fault.get("fix_versions") or ["none yet"])
            faults.append(f"{each['name']} {each['version']}: {fault['id']}, mended in {mend}")
    if not isinstance(answer, dict) or "dependencies" not in answer:
        unasked.append("requirements/run.txt")
    return faults, unasked


def web_faults(answer: Any) -> tuple[list[str], bool]:
    """Read npm's JSON: lines about packages with faults, and whether the registry was asked at all."""
    if not isinstance(answer, dict) or "vulnerabilities" not in answer:
        return [], False
    found = answer["vulnerabilities"].values()
    return [f"{each['name']} {each['range']}: {each['severity']}" for each in found], True


def _answer(settings: Settings, command: Sequence[str | Path]) -> Any:
    """Return the JSON that a tool wrote, None when it wrote none; by its status faults and no network look alike."""
    done = subprocess.run(
        command, cwd=settings.root, env=settings.environ, capture_output=True, text=True, timeout=_SECONDS, check=False
    )
    try:
        return json.loads(done.stdout)
    except ValueError:
        return None


def _copy_with_version(root: Path, copy: Path) -> None:
    """Copy what npm reads; it names no package without a version, and ours has none."""
    for name in ("package.json", "package-lock.json"):
        content = json.loads((root / name).read_text(encoding="utf-8"))
        content["version"] = "0.0.0"
        content.get("packages", {}).get("", {})["version"] = "0.0.0"
        (copy / name).write_text(json.dumps(content), encoding="utf-8")


def _run(settings: Settings, command: Sequence[str | Path], folder: Path) -> str:
    done = subprocess.run(
        command, cwd=folder, env=settings.environ, capture_output=True, text=True, timeout=_SECONDS, check=False
    )
    if done.returncode:
        raise Fault(f"{Path(command[0]).name} failed", done.stderr.strip()[-500:])
    return done.stdout
