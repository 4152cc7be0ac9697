"""Debian packages that set-up, or some of the tests, need: installed by root, else named."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shimin.launch.faults import Fault


@dataclass(frozen=True, slots=True)
class Need:
    """A Debian package, how to see that it is there, and what is skipped without it."""

    package: str
    command: str
    skipped: str
    file: Path | None = None  # of a package that brings no command


TEST_NEEDS = (
    Need("chromium", "chromium", "browser journeys"),
    Need("fonts-noto-cjk", "", "pictures of Chinese pages"),
    Need("apache2-bin", "apache2", "signing in by Apache's mod_auth_openidc"),
    Need(
        "libapache2-mod-auth-openidc",
        "",
        "signing in by Apache's mod_auth_openidc",
        Path("/usr/lib/apache2/modules/mod_auth_openidc.so"),
    ),
    Need("poppler-utils", "pdftotext", "reading PDF files back"),
)

_CJK_FONT_FOLDERS = (Path("/usr/share/fonts/opentype/noto"), Path("/usr/share/fonts/truetype/noto"))


def require(package: str, *, reason: str) -> None:
    """Install a package when this is root on Debian.

    Raises:
        Fault: it cannot be installed here; the text names the command.
    """
    if not (_may_install() and install([package])):
        raise Fault(f"{reason} is missing", f"install it: sudo apt-get install {package}")


def missing() -> list[Need]:
    """Return the needs of the tests that this machine does not meet."""
    return [need for need in TEST_NEEDS if not _is_there(need)]


def provide_for_tests() -> None:
    """Install what the tests want, or say what will be skipped."""
    lacking = missing()
    if lacking and _may_install():
        print(f"  Debian packages: {' '.join(need.package for need in lacking)}", flush=True)
        install([need.package for need in lacking])
        lacking = missing()
    for need in lacking:
        print(f"  {need.package} is missing, skipped: {need.skipped}. Mend: sudo apt-get install {need.package}")


def install(packages: list[str], environ: Mapping[str, str] = os.environ) -> bool:
    """Install packages without asking anything; return whether that worked."""
    quiet = {**environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "-qq", "update"], ["apt-get", "-qqy", "install", "--no-install-recommends", *packages]):
        done = subprocess.run(command, env=quiet, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return done.returncode == 0


def _may_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _is_there(need: Need) -> bool:
    if need.file is not None:
        return need.file.exists()
    if need.command:
        return shutil.which(need.command) is not None
    return any(folder.is_dir() and any(folder.glob("*CJK*")) for folder in _CJK_FONT_FOLDERS)
