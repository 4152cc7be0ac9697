"""The files for systemd and containers name what exists."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.setup.checkout import ROOT

DEPLOY = ROOT / "deploy"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / "shimin.service"
    unit.write_text((DEPLOY / "shimin.service").read_text().replace("/opt/shimin", str(ROOT)))
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    complaints = [line for line in done.stderr.splitlines() if "shimin.service" in line]
    assert complaints == []


def test_compose_waits_for_the_database_and_keeps_its_data() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    platform, database = compose["services"]["platform"], compose["services"]["database"]
    assert platform["depends_on"]["database"]["condition"] == "service_healthy"
    assert "--locale=C.UTF-8" in database["environment"]["POSTGRES_INITDB_ARGS"]
    kept = {volume.split(":")[0] for service in (platform, database) for volume in service["volumes"]}
    assert kept == set(compose["volumes"])
    assert (DEPLOY / platform["build"]["context"] / platform["build"]["dockerfile"]).is_file()


def test_no_password_has_a_default() -> None:
    for name in ("compose.yaml", "environment.example", "Dockerfile"):
        assert not re.search(r"PASSWORD:-|PASSWORD[:=] *[a-z]", (DEPLOY / name).read_text())


def test_settings_in_the_files_are_in_the_reference() -> None:
    reference = (ROOT / "docs" / "reference" / "settings.md").read_text()
    named = {
        name for path in DEPLOY.iterdir() for name in re.findall(r"\b(SHIMIN_[A-Z_]+|DATABASE_URL)\b", path.read_text())
    }
    assert {name for name in named if name not in reference} == set()
