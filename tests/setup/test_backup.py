"""A backup restored into an empty database holds the same rows, row by row, and the same files."""

from __future__ import annotations

import json
import re
import tarfile
from pathlib import Path

from tests.setup.checkout import Copy, free_port


def test_restores_rows_files_and_keys(filled: Copy, tmp_path: Path) -> None:
    archive = _backup(filled, tmp_path, "--with-keys")
    before, keys = _sums(filled), _keys(filled.data_dir)
    assert before["person"][0] == 500

    other = _elsewhere(tmp_path)
    done = filled.run("restore", str(archive), **other)
    assert done.returncode == 0, done.stderr
    assert "Lost" not in done.stdout
    assert _sums(filled, **other) == before
    assert _keys(Path(other["SHIMIN_DATA_DIR"])) == keys
    assert Path(other["SHIMIN_DATA_DIR"], "files/ab/abcdef").read_bytes() == b"\x00a citizen's photo"
    assert filled.run("setup", **other).returncode == 0


def test_says_what_is_lost_without_the_keys(filled: Copy, tmp_path: Path) -> None:
    archive = _backup(filled, tmp_path)
    with tarfile.open(archive) as tar:
        assert not [name for name in tar.getnames() if name.startswith("keys")]
    done = filled.run("restore", str(archive), **_elsewhere(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "Lost: encrypted fields (ID numbers, phones, addresses) cannot be read." in done.stdout
    assert "Lost: the audit trail so far cannot be verified." in done.stdout


def test_restored_demo_data_is_still_refused_by_serve(filled: Copy, tmp_path: Path) -> None:
    archive, other = _backup(filled, tmp_path, "--with-keys"), _elsewhere(tmp_path)
    assert filled.run("restore", str(archive), **other).returncode == 0
    assert "demo accounts" in filled.run("serve", **other).stderr


def test_a_relative_name_is_meant_from_here(filled: Copy) -> None:
    done = filled.run("backup", "here.tar")
    assert done.returncode == 0, done.stderr
    assert tarfile.is_tarfile(filled.root / "here.tar")


def test_refuses_to_overwrite_a_database(filled: Copy, tmp_path: Path) -> None:
    archive = _backup(filled, tmp_path)
    before = _sums(filled)
    done = filled.run("restore", str(archive))
    assert done.returncode == 1
    assert "would be overwritten" in done.stderr
    assert _sums(filled) == before


def test_archive_is_for_its_owner_only(filled: Copy, tmp_path: Path) -> None:
    assert _backup(filled, tmp_path).stat().st_mode & 0o777 == 0o600


def test_refuses_an_archive_that_reaches_outside_its_folder(filled: Copy, tmp_path: Path) -> None:
    archive = _backup(filled, tmp_path)
    with tarfile.open(archive, "a") as tar:
        tar.add(__file__, "files/../../evil.py")
    done = filled.run("restore", str(archive), **_elsewhere(tmp_path))
    assert done.returncode == 1
    assert "tampered" in done.stderr
    assert not list(tmp_path.rglob("evil.py"))


def test_refuses_what_is_no_backup(copy: Copy, tmp_path: Path) -> None:
    other = tmp_path / "other.tar"
    with tarfile.open(other, "w") as tar:
        tar.add(__file__, "test.py")
    for path in (other, Path(__file__), tmp_path / "missing.tar"):
        done = copy.run("restore", str(path))
        assert done.returncode == 1
        assert re.search("is not a (whole )?backup", done.stderr)


def test_refuses_half_a_backup(filled: Copy, tmp_path: Path) -> None:
    archive = _backup(filled, tmp_path)
    with archive.open("r+b") as file:
        file.truncate(archive.stat().st_size // 2)
    done = filled.run("restore", str(archive), **_elsewhere(tmp_path))
    assert done.returncode == 1
    assert "is not a whole backup" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_manifest_names_keys_by_digest_only(filled: Copy, tmp_path: Path) -> None:
    with tarfile.open(_backup(filled, tmp_path)) as tar:
        member = tar.extractfile("manifest.json")
        assert member is not None
        manifest = json.load(member)
    secrets = [key.decode(errors="replace") for key in _keys(filled.data_dir).values()]
    assert set(manifest["keys"]) == {"secret_key", "field_key", "index_key", "audit_key", "platform_signing.pem"}
    assert not [secret for secret in secrets if secret in json.dumps(manifest)]


def _backup(copy: Copy, tmp_path: Path, *options: str) -> Path:
    archive = tmp_path / "backup.tar"
    done = copy.run("backup", str(archive), *options)
    assert done.returncode == 0, done.stderr
    return archive


def _elsewhere(tmp_path: Path) -> dict[str, str]:
    return {"SHIMIN_DATA_DIR": str(tmp_path / "elsewhere"), "SHIMIN_PORT": str(free_port())}


def _keys(data_dir: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (data_dir / "keys").iterdir()}


def _sums(copy: Copy, **environ: str) -> dict[str, tuple[int, str]]:
    """Return for each table its row count and a checksum over all its rows, read by a command of the copy."""
    done = copy.run("checksums", **environ)
    assert done.returncode == 0, done.stderr
    sums: dict[str, tuple[int, str]] = json.loads(done.stdout.splitlines()[-1])
    return sums
