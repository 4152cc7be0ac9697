"""The virtual environment and the locked Python packages in it."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from shimin.launch import debian
from shimin.launch.faults import Fault
from shimin.launch.package_index import UNREACHABLE, uv_settings
from shimin.launch.settings import Settings
from shimin.launch.stages import Stage, fingerprint_of, stamped
from shimin.launch.tools import run_tool

# A lock names every package it needs, so nothing else is looked for.
_LOCKED = ("--require-hashes", "--no-deps")


def package_stages(settings: Settings, *, development: bool) -> list[Stage]:
    """Return the stages that make ``.venv`` and install the packages into it."""
    lock = "dev" if development else "run"
    return [
        Stage("Virtual environment", lambda: _is_usable(settings), lambda: _make_venv(settings)),
        _locked(settings, lock, f"Python packages ({lock})"),
    ]


def wheel_stage(settings: Settings, lock: str, title: str) -> Stage:
    """Return the stage that installs one of the optional locks (postgres, node)."""
    return _locked(settings, lock, title)


def site_packages(settings: Settings) -> Path:
    """Return where the virtual environment keeps its packages."""
    return next((settings.venv / "lib").glob("python3.*/site-packages"), settings.venv / "lib" / "site-packages")


def _locked(settings: Settings, lock: str, title: str) -> Stage:
    requirements = settings.requirements / f"{lock}.txt"
    return stamped(
        title,
        stamp=settings.venv / f".installed-{lock}",
        fingerprint=lambda: fingerprint_of(
            settings.root, [requirements, settings.venv / "pyvenv.cfg"], str(settings.root)
        ),
        work=lambda: install(settings, requirements),
    )


def _is_usable(settings: Settings) -> bool:
    """A moved or half-made environment is not: its Python does not start or does not know pip and our sources."""
    own_path = site_packages(settings) / "shimin.pth"
    return (
        settings.python.exists()
        and own_path.is_file()
        and own_path.read_text().strip() == str(settings.root / "src")
        and (settings.venv / ".complete").is_file()
    )


def _make_venv(settings: Settings) -> None:
    if importlib.util.find_spec("ensurepip") is None:
        debian.require("python3-venv", reason="Python's venv module")
    if settings.venv.is_symlink() or settings.venv.is_file():
        raise Fault(f"{settings.venv} is not a folder", "remove it, then run the same command again.")
    shutil.rmtree(settings.venv, ignore_errors=True)
    _tool(settings, [sys.executable, "-m", "venv", settings.venv], "Making the virtual environment")
    (site_packages(settings) / "shimin.pth").write_text(f"{settings.root / 'src'}\n")
    (settings.venv / ".complete").touch()


def install(settings: Settings, requirements: Path) -> None:
    """Install a lock file with uv, or with pip where uv has no build for this machine."""
    doing = f"Installing {requirements.name}"
    if not _uv(settings).exists():
        _install_uv(settings)
    if _uv(settings).exists():
        run_uv(settings, ["pip", "install", "--quiet", "--compile-bytecode", *_LOCKED, "-r", requirements], doing=doing)
    else:
        _pip(settings, requirements, doing)


def run_uv(settings: Settings, arguments: Sequence[str | Path], *, doing: str) -> None:
    """Run uv on the virtual environment, with pip's package index."""
    environ = dict(settings.environ)
    environ |= uv_settings(_pip_config(settings), environ) | {"VIRTUAL_ENV": str(settings.venv)}
    command = [_uv(settings), *arguments]
    run_tool(command, doing=doing, log=_log(settings), env=environ, cwd=settings.root, index=UNREACHABLE)


def _uv(settings: Settings) -> Path:
    return settings.venv / "bin" / "uv"


def _install_uv(settings: Settings) -> None:
    try:
        _pip(settings, settings.requirements / "uv.txt", "Installing uv")
    except Fault as fault:
        if fault.wrong in UNREACHABLE or "full" in fault.wrong:
            raise
        print("(uv has no build for this machine, pip does it)", end="", flush=True)


def _pip(settings: Settings, requirements: Path, doing: str) -> None:
    options = ["--quiet", "--disable-pip-version-check", *_LOCKED]
    _tool(settings, [settings.python, "-m", "pip", "install", *options, "-r", requirements], doing)


def _pip_config(settings: Settings) -> str:
    listing = [str(settings.python), "-m", "pip", "config", "list"]
    return subprocess.run(listing, env=dict(settings.environ), capture_output=True, text=True, check=False).stdout


def _tool(settings: Settings, command: list[str | Path], doing: str) -> None:
    run_tool(command, doing=doing, log=_log(settings), env=settings.environ, cwd=settings.root, index=UNREACHABLE)


def _log(settings: Settings) -> Path:
    return settings.log_dir / "setup.log"
