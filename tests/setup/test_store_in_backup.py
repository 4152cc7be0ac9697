"""The store's files are what a backup takes from the folder of files; what is half written stays out."""

from __future__ import annotations

from pathlib import Path

from shimin.kernel.files import FolderStore
from shimin.launch.stages import files_below


def test_a_backup_takes_whole_files_only(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    digests = {store.put(b"one photo"), store.put(b"another")}
    (tmp_path / ".incoming" / "tmp_half").write_bytes(b"one ph")
    assert {path.name for path in files_below(tmp_path)} == digests
